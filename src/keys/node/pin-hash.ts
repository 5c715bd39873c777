import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'

/** How costly one try is. Kept with every hash, so that it can be raised for new ones. */
export type ScryptCost = { readonly N: number; readonly r: number; readonly p: number }

/** scrypt (RFC 7914) with 32 MiB for each try. */
export const PIN_COST: ScryptCost = { N: 2 ** 15, r: 8, p: 3 }

const SALT_BYTES = 16
const HASH_BYTES = 32
const MEMORY_BYTES_MAX = 256 * 1_024 * 1_024

export const pinHashSchema = z.strictObject({
  algorithm: z.literal('scrypt'),
  N: z
    .number()
    .int()
    .min(2)
    .max(2 ** 20),
  r: z.number().int().min(1).max(32),
  p: z.number().int().min(1).max(16),
  salt: z.base64(),
  hash: z.base64(),
})

/** A hashed PIN with all that is needed to check another. */
export type PinHash = z.output<typeof pinHashSchema>

/** Hashes a new PIN under a salt of its own. */
export async function hashPin(pin: string, cost: ScryptCost): Promise<PinHash> {
  const salt = randomBytes(SALT_BYTES)
  const hash = await derive(pin, salt, cost)
  const { N, r, p } = cost
  return {
    algorithm: 'scrypt',
    N,
    r,
    p,
    salt: salt.toString('base64'),
    hash: hash.toString('base64'),
  }
}

/** Whether it is the PIN; takes as long either way. */
export async function isPin(pin: string, kept: PinHash): Promise<boolean> {
  const wanted = Buffer.from(kept.hash, 'base64')
  const given = await derive(pin, Buffer.from(kept.salt, 'base64'), kept)
  return wanted.length === given.length && timingSafeEqual(wanted, given)
}

function derive(pin: string, salt: Uint8Array, { N, r, p }: ScryptCost): Promise<Buffer> {
  const options: ScryptOptions = { N, r, p, maxmem: MEMORY_BYTES_MAX }
  return new Promise((resolve, reject) => {
    scrypt(pin, salt, HASH_BYTES, options, (error, hash) => (error ? reject(error) : resolve(hash)))
  })
}
