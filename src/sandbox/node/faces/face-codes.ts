import { createHmac, randomBytes, randomInt } from 'node:crypto'
import type { SandboxClock } from '../../clock.ts'
import type { Barred, ChargeAtGate } from '../services/gate.ts'
import type { FaceCodeRow, FacesTable } from './faces-table.ts'

/** A face code is good for this long. */
const FACE_CODE_LIFE_MS = 60_000

export const FACE_CODE_TYPES = ['payment_code', 'face_code'] as const
export type FaceCodeType = (typeof FACE_CODE_TYPES)[number]

/** Digits as a payment code has them, of no prefix that chooses a scenario; or letters and digits. */
const MINTS: Readonly<Record<FaceCodeType, () => string>> = {
  payment_code: () => `14${Array.from({ length: 16 }, () => randomInt(10)).join('')}`,
  face_code: () => {
    const hex = randomBytes(7).toString('hex')
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12)}`
  },
}

/** By what, and by which terminal, a charge comes. */
export type ChargedBy = {
  readonly interface: string
  /** Undefined when the call proves none. */
  readonly serial: string | undefined
  /** Who is said to pay, where the call says it. */
  readonly openid?: string | undefined
}

const bar = (name: Barred['name'], reason: string): Barred => ({ name, reason })

/** Face codes: made once, good for one order of one terminal. Every method expects a transaction. */
export class FaceCodes {
  readonly #table: FacesTable
  readonly #clock: SandboxClock
  readonly #hashKey: string

  constructor(parts: { table: FacesTable; clock: SandboxClock; hashKey: string }) {
    this.#table = parts.table
    this.#clock = parts.clock
    this.#hashKey = parts.hashKey
  }

  /** A new code for one order. */
  mint(
    type: FaceCodeType,
    good: Omit<FaceCodeRow, 'expiresAtMs' | 'openid'>,
  ): { code: string; expiresAtMs: number; openid: string } {
    const expiresAtMs = this.#clock.nowMs() + FACE_CODE_LIFE_MS
    const openid = `oSandboxFace${String(good.personId ?? 0).padStart(16, '0')}`
    const code = MINTS[type]()
    this.#table.codes.put(this.#hash(code), { ...good, openid, expiresAtMs })
    return { code, expiresAtMs, openid }
  }

  /** What a code is good for; undefined when it is no face code. */
  find(code: string): FaceCodeRow | undefined {
    return this.#table.codes.get(this.#hash(code))
  }

  /** Why a charge by this code is refused; undefined when it is not, or when no face is part of it. */
  refuse({ code, outTradeNo, amountFen }: ChargeAtGate, by: ChargedBy): Barred | undefined {
    const row = this.find(code)
    const isFace = by.interface === 'FACEPAY'
    if (row === undefined) return isFace ? bar('code_invalid', 'face.code_unknown') : undefined
    if (!isFace) return bar('no_auth', 'face.interface')
    if (row.outTradeNo !== outTradeNo) return bar('code_invalid', 'face.other_order')
    if (row.amountFen !== amountFen) return bar('code_invalid', 'face.other_amount')
    if (row.serial !== null && row.serial !== by.serial) {
      return bar('code_invalid', 'face.other_terminal')
    }
    if (by.openid !== undefined && row.openid !== by.openid) {
      return bar('code_invalid', 'face.other_payer')
    }
    const isOld = this.#clock.nowMs() > row.expiresAtMs
    return isOld ? bar('code_expired', 'face.code_expired') : undefined
  }

  #hash(code: string): string {
    return createHmac('sha256', this.#hashKey).update(`face ${code}`).digest('hex')
  }
}
