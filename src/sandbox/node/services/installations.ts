import { z } from 'zod'
import type { Installation } from '../../services/records.ts'
import type { Registry } from './registry.ts'
import { ServiceFault } from './registry.ts'

const cidr = z.union([z.cidrv4(), z.cidrv6()])

const installation = z.strictObject({
  serial: z.string().max(50),
  approval_ref: z.string().regex(/^[0-9A-Za-z-]{1,20}$/),
  position: z
    .strictObject({
      lat_e6: z.number().int().min(-90_000_000).max(90_000_000),
      lon_e6: z.number().int().min(-180_000_000).max(180_000_000),
      datum: z.enum(['WGS-84', 'GCJ-02']),
      accuracy_m: z.number().int().min(0).max(10_000),
    })
    .optional(),
  ip_cidrs: z.array(cidr).max(16).optional(),
  bssid_hash: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
})

/**
 * Takes what the issuer's people measured where a terminal was set up, in place of what they measured
 * before, and puts it into the terminal's next grant. Expects a ledger transaction.
 */
export function install(registry: Registry, asked: unknown): { grant_version: number } {
  const { serial, ...wish } = installation.parse(asked)
  const terminal = registry.table.terminals.get(serial)
  if (terminal === undefined || terminal.status === 'RELEASED') {
    throw new ServiceFault('terminal.unknown')
  }
  const installed: Installation = wish
  return { grant_version: registry.issueGrant({ ...terminal, installed }, true).grantVersion }
}
