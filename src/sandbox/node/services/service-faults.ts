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
  'document_old',
  'document_other_terminal',
  'document_other_merchant',
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

type Document = SignedDocument['document']

/** Bulletins that are signed as they should be and say what they should not. */
const FOREIGN: Readonly<Partial<Record<ServiceFaultName, (document: Document) => Document>>> = {
  document_old: (document) => ({
    ...document,
    seq: 1,
    measures: (document.measures as readonly object[]).map((one) => ({ ...one, seq: 1 })),
  }),
  document_other_terminal: (document) => ({ ...document, terminal_serial: 'ANOTHER-TERMINAL' }),
  document_other_merchant: (document) => ({ ...document, merchant_id: '1900009999' }),
}

const spoil = (issuers: Issuers, name: ServiceFaultName, key: string) => {
  return ({ document, sig }: SignedDocument): SignedDocument => {
    if (name === 'document_garbled') return { document: { ...document, spoilt: 1 }, sig }
    const foreign = FOREIGN[name]
    const role = foreign === undefined ? OTHER_ROLE[key] : 'risk-issuer'
    if (role === undefined || (foreign !== undefined && key !== 'bulletins')) {
      return { document, sig }
    }
    const forged = issuers.forge(foreign?.(document) ?? document, role)
    return { document: forged.document, sig: forged.sig }
  }
}

function hasDocuments(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== null
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
      if (!Object.hasOwn(OTHER_ROLE, key) || inner === null) return [key, inner]
      const one = spoil(this.#issuers, name, key)
      return [key, Array.isArray(inner) ? inner.map(one) : one(inner as SignedDocument)]
    })
    const keys = FOREIGN[name] === undefined ? Object.keys(OTHER_ROLE) : ['bulletins']
    // An answer without any document to spoil does not use the fault up.
    if (entries.some(([key, inner]) => keys.includes(key) && hasDocuments(inner))) this.#left -= 1
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
