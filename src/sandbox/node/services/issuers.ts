import type { KeyObject } from 'node:crypto'
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
} from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beijingTime } from '../../beijing-time.ts'
import { canonicalJson, DOCUMENT_MAX_BYTES } from '../../services/canonical-json.ts'
import type { SignedDocument } from '../../services/records.ts'
import { answerText } from '../../services/wire.ts'
import { writePrivate } from '../credentials.ts'

export const ISSUER_ROLES = ['root', 'scene-issuer', 'risk-issuer', 'time'] as const
export type IssuerRole = (typeof ISSUER_ROLES)[number]

/** Who signs what. A key has one role, and a document one signer. */
const DOCUMENT_ROLES = {
  trust: 'root',
  grant: 'scene-issuer',
  revocation: 'scene-issuer',
  bulletin: 'risk-issuer',
} as const satisfies Record<string, IssuerRole>
export type DocumentKind = keyof typeof DOCUMENT_ROLES

type IssuerKey = {
  readonly kid: string
  readonly privateKey: KeyObject
  readonly publicDer: Buffer
}

const YEAR_MS = 365 * 86_400_000

/** SHA-256 in lower-case hex. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}

/** The name of a public key: the beginning of the digest of its SPKI DER. */
export function kidOf(publicDer: Uint8Array): string {
  return sha256(publicDer).slice(0, 16)
}

/** An Ed25519 public key from base64 of its SPKI DER; undefined when it is none. */
export function readPublicKey(base64: string): { key: KeyObject; der: Buffer } | undefined {
  const der = Buffer.from(base64, 'base64')
  if (der.toString('base64') !== base64) return undefined
  try {
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
    return key.asymmetricKeyType === 'ed25519' ? { key, der } : undefined
  } catch {
    return undefined
  }
}

/** Whether a base64 signature over a text was made with an Ed25519 key. */
export function verifyText(text: string, key: KeyObject, signature: string): boolean {
  return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64'))
}

const openKey = (dir: string, role: IssuerRole): IssuerKey => {
  const path = join(dir, `services_${role}_key.pem`)
  if (!existsSync(path)) {
    const { privateKey } = generateKeyPairSync('ed25519')
    writePrivate(path, String(privateKey.export({ type: 'pkcs8', format: 'pem' })))
  }
  const privateKey = createPrivateKey(readFileSync(path))
  const publicDer = createPublicKey(privateKey).export({ type: 'spki', format: 'der' })
  return { kid: kidOf(publicDer), privateKey, publicDer }
}

/** The keys of the service, one for each role, in files of the sandbox's folder. */
export class Issuers {
  readonly #keys: ReadonlyMap<IssuerRole, IssuerKey>
  readonly #nowMs: () => number
  readonly #trustPath: string

  /** Reads the keys, and makes those that are missing. */
  constructor(dir: string, nowMs: () => number) {
    this.#keys = new Map(ISSUER_ROLES.map((role) => [role, openKey(dir, role)]))
    this.#nowMs = nowMs
    this.#trustPath = join(dir, 'services_trust.json')
  }

  #key(role: IssuerRole): IssuerKey {
    const key = this.#keys.get(role)
    if (key === undefined) throw new Error(`there is no key for ${role}`)
    return key
  }

  /** What an enrolment code carries of the root key. */
  rootFingerprint(): string {
    return sha256(this.#key('root').publicDer).slice(0, 32)
  }

  /** Signs a document, or throws when `role` may not sign that kind. */
  sign(
    kind: DocumentKind,
    fields: Readonly<Record<string, unknown>>,
    role: IssuerRole,
  ): SignedDocument & { readonly sha256: string } {
    const needed = DOCUMENT_ROLES[kind]
    if (role !== needed) throw new Error(`a ${kind} is signed by ${needed}, not by ${role}`)
    return this.forge(fields, role)
  }

  /** Signs anything with any key, as no honest issuer would: what terminals must refuse. */
  forge(
    fields: Readonly<Record<string, unknown>>,
    role: IssuerRole,
  ): SignedDocument & { readonly sha256: string } {
    const { kid, privateKey } = this.#key(role)
    const text = canonicalJson({ ...fields, issuer_kid: kid, alg: 'Ed25519' })
    const bytes = Buffer.from(text)
    if (bytes.length > DOCUMENT_MAX_BYTES) throw new Error('the document is too long')
    return {
      // What goes over the wire is in the form that was signed, NFC included.
      document: JSON.parse(text),
      sig: sign(null, bytes, privateKey).toString('base64'),
      sha256: sha256(bytes),
    }
  }

  /** The trust list: every key with the one role it has. One version is one text for ever. */
  trust(policies: readonly { policy_id: string; policy_version: string }[]): SignedDocument {
    if (!existsSync(this.#trustPath)) {
      writePrivate(this.#trustPath, JSON.stringify(this.#newTrust(policies)))
    }
    return JSON.parse(readFileSync(this.#trustPath, 'utf8'))
  }

  #newTrust(policies: readonly { policy_id: string; policy_version: string }[]): SignedDocument {
    const nowMs = this.#nowMs()
    const keys = [...this.#keys].map(([role, { kid, publicDer }]) => ({
      kid,
      role,
      alg: 'Ed25519',
      public_key: publicDer.toString('base64'),
      not_before: beijingTime(nowMs - YEAR_MS),
      not_after: beijingTime(nowMs + 5 * YEAR_MS),
    }))
    const list = { trust_version: 1, issued_at: beijingTime(nowMs), keys, policies }
    const { document, sig } = this.sign('trust', list, 'root')
    return { document, sig }
  }

  /** The headers of a signed answer to a request; honest ones are signed by `time`. */
  answerHeaders(
    answer: { readonly status: number; readonly body: string },
    request: { readonly nonce: string; readonly text: string },
    role: IssuerRole = 'time',
  ): Record<string, string> {
    const { kid, privateKey } = this.#key(role)
    const timestampMs = this.#nowMs()
    const text = answerText({
      status: answer.status,
      kid,
      timestampMs,
      nonce: request.nonce,
      requestSha256: sha256(request.text),
      bodySha256: sha256(answer.body),
    })
    return {
      'Guitai-Key': kid,
      'Guitai-Timestamp': String(timestampMs),
      'Guitai-Nonce': request.nonce,
      'Guitai-Signature': sign(null, Buffer.from(text), privateKey).toString('base64'),
    }
  }
}
