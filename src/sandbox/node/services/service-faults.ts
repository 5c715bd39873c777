import type { SignedDocument } from '../../services/records.ts'
import type { IssuerRole, Issuers } from './issuers.ts'

/** What can be wrong with the next answers to terminals. */
export const SERVICE_FAULTS = [
  'answer_garbled',
  'answer_unsigned',
  'answer_other_nonce',
  'answer_wrong_role',
  'silence',
  'document_wrong_role',
  'document_garbled',
] as const
export type ServiceFaultName = (typeof SERVICE_FAULTS)[number]

export type Outgoing = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const OTHER_ROLE: Readonly<Record<string, IssuerRole>> = {
  grant: 'risk-issuer',
  bulletins: 'scene-issuer',
}

const spoil = (issuers: Issuers, name: ServiceFaultName, role: IssuerRole) => {
  return ({ document, sig }: SignedDocument): SignedDocument => {
    if (name === 'document_garbled') return { document: { ...document, spoilt: 1 }, sig }
    const forged = issuers.forge(document, role)
    return { document: forged.document, sig: forged.sig }
  }
}

/** Faults of the answers to terminals, struck a number of times and then over. */
export class ServiceFaults {
  readonly #issuers: Issuers
  #name: ServiceFaultName | undefined
  #left = 0

  constructor(issuers: Issuers) {
    this.#issuers = issuers
  }

  /** The next `times` answers have this fault. */
  set(name: ServiceFaultName, times: number): void {
    this.#name = name
    this.#left = times
  }

  /** The value of an answer with its documents spoilt, when that is the fault. */
  value(value: unknown): unknown {
    const name = this.#name
    if (name === undefined || this.#left === 0 || !name.startsWith('document_')) return value
    const entries = Object.entries(value as Record<string, unknown>)
    const spoilt = entries.map(([key, inner]) => {
      const role = OTHER_ROLE[key]
      if (role === undefined || inner === null) return [key, inner]
      const one = spoil(this.#issuers, name, role)
      return [key, Array.isArray(inner) ? inner.map(one) : one(inner as SignedDocument)]
    })
    if (entries.some(([key]) => Object.hasOwn(OTHER_ROLE, key))) this.#left -= 1
    return Object.fromEntries(spoilt)
  }

  /** A signed answer with its signature spoilt; undefined when nothing is to be sent. */
  answer(answer: Outgoing, request: { nonce: string; text: string }): Outgoing | undefined {
    const name = this.#name
    if (name === undefined || this.#left === 0 || name.startsWith('document_')) return answer
    this.#left -= 1
    switch (name) {
      case 'silence':
        return undefined
      case 'answer_unsigned':
        return { ...answer, headers: {} }
      case 'answer_garbled':
        return { ...answer, body: `${answer.body} ` }
      case 'answer_other_nonce': {
        const other = { ...request, nonce: [...request.nonce].reverse().join('') }
        return { ...answer, headers: this.#issuers.answerHeaders(answer, other) }
      }
      default:
        return { ...answer, headers: this.#issuers.answerHeaders(answer, request, 'scene-issuer') }
    }
  }
}
