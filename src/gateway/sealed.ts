/** One text that is sealed with the APIv3 key, as the wire has it. */
export type SealedText = {
  readonly nonce: string
  /** May be empty. */
  readonly associatedData: string
  /** Base64 of ciphertext and tag. */
  readonly ciphertext: string
}

/** Opens a sealed text with the APIv3 key; undefined when it does not open. */
export type SealOpener = (sealed: SealedText) => Uint8Array | undefined
