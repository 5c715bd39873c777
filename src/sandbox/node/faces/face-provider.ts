import type { SandboxClock } from '../../clock.ts'
import type { FaceRefusal, FaceRequest } from '../../services/face-wire.ts'
import { readClearText, sealedContext } from '../../services/face-wire.ts'
import type { FaceCodes } from './face-codes.ts'
import type { FacesTable, PersonRow } from './faces-table.ts'
import type { ProviderKey } from './provider-key.ts'

/** Whose mark a drawn face has; undefined when none can be read. */
export type ReadPerson = (rgb160: Uint8Array) => number | undefined

/** Face pay is for whoever is at least so old, whole years. */
const AGE_MIN = 14

export type Recognition =
  | { readonly kind: 'recognised'; readonly code: string; readonly expiresAtMs: number }
  | { readonly kind: 'refused'; readonly code: FaceRefusal }

/** What the gateway can have of the provider: a public key, and a yes or no to sealed bytes. */
export interface FaceRecogniser {
  /** X25519, 32 bytes. */
  readonly publicBytes: Uint8Array
  readonly sha256: string
  /** @param serial of the terminal that sent it @param forced what a script wants to be answered */
  recognise(request: FaceRequest, serial: string, forced?: FaceRefusal): Recognition
}

const refused = (code: FaceRefusal): Recognition => ({ kind: 'refused', code })
const bytesOf = (base64: string): Buffer => Buffer.from(base64, 'base64')

/** How a person's charges go when nothing else is said of them. */
const SCENARIOS: Readonly<Record<FaceRequest['confirm']['kind'], string | null>> = {
  digits: null,
  on_phone: 'password_ok',
}

/**
 * The recognition provider: opens a sealed picture, says who it is, and gives a face code for one order.
 * It keeps that a capture and a consent were used, and nothing of the picture. Expects a ledger
 * transaction.
 */
export class FaceProvider implements FaceRecogniser {
  readonly #key: ProviderKey
  readonly #table: FacesTable
  readonly #codes: FaceCodes
  readonly #clock: SandboxClock
  readonly #readPerson: ReadPerson

  constructor(parts: {
    readonly key: ProviderKey
    readonly table: FacesTable
    readonly codes: FaceCodes
    readonly clock: SandboxClock
    readonly readPerson: ReadPerson
  }) {
    this.#key = parts.key
    this.#table = parts.table
    this.#codes = parts.codes
    this.#clock = parts.clock
    this.#readPerson = parts.readPerson
  }

  get publicBytes(): Uint8Array {
    return this.#key.publicBytes
  }

  get sha256(): string {
    return this.#key.sha256
  }

  recognise(request: FaceRequest, serial: string, forced?: FaceRefusal): Recognition {
    const spent = this.#spend(request)
    if (spent !== undefined) return refused(spent)
    const { ephemeral_key, nonce, ciphertext } = request.sealed
    const sealed = {
      ephemeralKey: bytesOf(ephemeral_key),
      nonce: bytesOf(nonce),
      ciphertext: bytesOf(ciphertext),
    }
    const seen = this.#key.withOpened(sealed, sealedContext(serial, request), (clear) => {
      const pixels = readClearText(clear)
      return pixels && { personId: this.#readPerson(pixels) }
    })
    if (seen === undefined) return refused('capture.invalid')
    if (forced !== undefined) return refused(forced)
    if (seen.personId === undefined) return refused('not_recognised')
    const person = this.#table.people.get(String(seen.personId))
    if (person === undefined) return refused('not_enrolled')
    const refusal = refusalOf(person, request.confirm)
    return refusal === undefined ? this.#mint(request, serial, person) : refused(refusal)
  }

  /** A capture and a consent are used up by being shown, whatever comes of it. */
  #spend({ capture_id, out_trade_no, consent }: FaceRequest): FaceRefusal | undefined {
    const { captures, consents } = this.#table
    const captureUsed = captures.get(capture_id) !== undefined
    const consentUsed = consents.get(consent.id) !== undefined
    const row = { outTradeNo: out_trade_no, atMs: this.#clock.nowMs() }
    if (!captureUsed) captures.put(capture_id, row)
    if (!consentUsed) consents.put(consent.id, row)
    if (captureUsed) return 'capture.used'
    return consentUsed ? 'consent.used' : undefined
  }

  #mint(request: FaceRequest, serial: string, person: PersonRow): Recognition {
    const { code, expiresAtMs } = this.#codes.mint('payment_code', {
      outTradeNo: request.out_trade_no,
      amountFen: request.amount,
      serial,
      consentId: request.consent.id,
      personId: person.personId,
      scenario: person.scenario ?? SCENARIOS[request.confirm.kind],
    })
    return { kind: 'recognised', code, expiresAtMs }
  }
}

const refusalOf = (person: PersonRow, confirm: FaceRequest['confirm']): FaceRefusal | undefined => {
  if (person.status === 'closed') return 'account.closed'
  if (person.age < AGE_MIN) return 'minor'
  return confirm.kind === 'digits' && confirm.digits !== person.digits ? 'wrong_digits' : undefined
}
