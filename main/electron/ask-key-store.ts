import type { KeyStore } from './key-store.ts'
import { type KeyAnswer, type KeyWish, readKeyAnswer } from './messages.ts'

/**
 * The key store as a child of the app sees it: one wish at a time goes to the main process, which
 * answers in turn. What was sent is overwritten.
 *
 * @param post to the main process
 */
export function askKeyStore(post: (wish: KeyWish) => void): {
  readonly keyStore: KeyStore
  /** Takes every message of the main process. */
  readonly take: (value: unknown) => void
} {
  let last: Promise<unknown> = Promise.resolve()
  let waiting: ((answer: KeyAnswer) => void) | undefined
  const send = (ask: KeyWish['ask'], bytes: Uint8Array) =>
    new Promise<KeyAnswer>((resolve) => {
      waiting = resolve
      post({ event: 'key_wish', ask, bytes })
      bytes.fill(0)
    })
  const inTurn = (ask: KeyWish['ask']) => (bytes: Uint8Array) => {
    const answer = last.then(() => send(ask, bytes))
    last = answer
    return answer
  }
  return {
    keyStore: { wrap: inTurn('wrap'), unwrap: inTurn('unwrap') },
    take(value) {
      const answer = readKeyAnswer(value)
      if (answer === undefined) return
      waiting?.(answer)
      waiting = undefined
    },
  }
}
