import { join } from 'node:path'
import { ok, type Result } from '../base/result.ts'
import type { Problem } from '../domain/errors.ts'
import type { BillSource } from '../ports/bill-source.ts'
import type { Gateway } from '../ports/gateway.ts'
import type { Config } from '../terminal/config.ts'
import { makeGateway } from '../terminal/gateway.ts'
import { openLog } from '../terminal/log.ts'
import { systemClock } from '../terminal/system.ts'

/** The gateway for a command, with a log of its own. */
export type Client = { readonly gateway: Gateway & BillSource; close(): Promise<void> }

/** Opens the client of the configured gateway. */
export async function openClient(config: Config): Promise<Result<Client, Problem>> {
  const { log, close } = openLog(join(config.dataDir, 'logs'))
  const context = { dataDir: config.dataDir, clock: systemClock, log }
  const gateway = await makeGateway(config, context)
  if (!gateway.ok) {
    close()
    return gateway
  }
  return ok({
    gateway: gateway.value,
    async close() {
      await gateway.value.close()
      close()
    },
  })
}
