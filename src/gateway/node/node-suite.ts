import type { KeyObject } from 'node:crypto'
import type { SealedText } from '../sealed.ts'
import type { Suite } from '../suite.ts'
import type { SignatureCheck } from '../verify.ts'

/** Signs as the merchant, base64 on one line. */
export type RequestSigner = {
  sign(message: string): string
  /** The same, on another thread where the suite can. */
  signAside(message: string): Promise<string>
}

/** A suite with the arithmetic behind it. */
export type NodeSuite = Suite & {
  /** What a usable private key is, for a person. */
  readonly keyWords: string
  /** Whether a public or private key is of the suite, and strong enough. */
  isUsable(key: KeyObject): boolean
  /** Makes the check of one public key. Throws for a key that is not usable. */
  makeCheck(publicKey: KeyObject): SignatureCheck
  /** Makes the signer of one private key. Throws for a key that is not usable. */
  makeSigner(privateKey: KeyObject): RequestSigner
  /** Opens what is sealed with the APIv3 key, 32 bytes; undefined when it does not open. */
  open(apiV3Key: Buffer, sealed: SealedText): Buffer | undefined
}
