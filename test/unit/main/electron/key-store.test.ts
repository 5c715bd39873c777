import { describe, expect, it } from 'vitest'
import { askKeyStore } from '../../../../main/electron/ask-key-store.ts'
import { createKeyStore } from '../../../../main/electron/key-store.ts'
import { type KeyWish, readKeyAnswer, readKeyWish } from '../../../../main/electron/messages.ts'
import { createFakeStorage, type FakeMachine } from '../../../support/fake-storage.ts'

const KEY = Uint8Array.from({ length: 32 }, (_, index) => index)
const open = (machine: FakeMachine = {}, platform: NodeJS.Platform = 'linux') =>
  createKeyStore(createFakeStorage(machine), platform)

async function wrapped(machine: FakeMachine = {}): Promise<Uint8Array> {
  const answer = await open(machine).wrap(KEY)
  if (answer.kind !== 'done') throw new Error(answer.why)
  return answer.bytes
}

describe('the key store of the system', () => {
  it('gives a key back to whom it was wrapped for, and shows nothing of it', async () => {
    const bytes = await wrapped()
    expect(await open().unwrap(bytes)).toEqual({ kind: 'done', bytes: Buffer.from(KEY) })
    expect(Buffer.from(bytes).includes(Buffer.from(KEY).toString('base64').slice(0, 8))).toBe(false)
  })

  it.each<[string, FakeMachine, NodeJS.Platform]>([
    ['there is no keyring', { backend: 'basic_text' }, 'linux'],
    ['encryption is not available', { isAvailable: false }, 'win32'],
    ['it encrypts by the password in its own source, whatever its name', { mark: 'v10' }, 'linux'],
    ['it does not give back what it took', { failure: 'no' }, 'darwin'],
  ])('wraps nothing where %s', async (_, machine, platform) => {
    const answer = await open(machine, platform).wrap(KEY)
    expect(answer).toEqual({ kind: 'refused', why: 'no_store' })
  })

  it('takes the mark for what it is on Linux only', async () => {
    expect(await open({ mark: 'v10' }, 'darwin').wrap(KEY)).toMatchObject({ kind: 'done' })
  })

  it.each<[string, FakeMachine, string]>([
    ['of another machine or user', { owner: 'elsewhere' }, 'elsewhere'],
    ['while there is no keyring', { backend: 'basic_text' }, 'no_store'],
    ['while encryption is not available', { isAvailable: false }, 'no_store'],
    [
      'while the keyring is locked',
      { failure: 'safeStorage.decryptStringAsync is temporarily unavailable. Please try again.' },
      'busy',
    ],
  ])('unwraps nothing %s', async (_, machine, why) => {
    expect(await open(machine).unwrap(await wrapped())).toEqual({ kind: 'refused', why })
  })

  it('unwraps nothing else that this app encrypted', async () => {
    const other = await createFakeStorage().encryptStringAsync(Buffer.from(KEY).toString('base64'))
    expect(await open().unwrap(other)).toEqual({ kind: 'refused', why: 'elsewhere' })
  })

  it('wraps anew when the store has another key by now', async () => {
    const answer = await open({ isRotated: true }).unwrap(await wrapped())
    expect(answer).toMatchObject({ kind: 'done', bytes: Buffer.from(KEY) })
    const again = answer.kind === 'done' ? answer.again : undefined
    expect(await open().unwrap(again ?? new Uint8Array())).toMatchObject({ kind: 'done' })
  })
})

describe('a wish to the key store', () => {
  it('goes out one at a time, and is overwritten when it was sent', async () => {
    const sent: KeyWish[] = []
    const { keyStore, take } = askKeyStore((wish) => sent.push(structuredClone(wish)))
    const first = Uint8Array.of(1)
    const answers = [keyStore.wrap(first), keyStore.unwrap(Uint8Array.of(2))]
    await Promise.resolve()
    expect(sent).toEqual([{ event: 'key_wish', ask: 'wrap', bytes: Uint8Array.of(1) }])
    expect(first).toEqual(Uint8Array.of(0))
    take('guitai:stop')
    take({ event: 'key_answer', answer: { kind: 'done', bytes: Uint8Array.of(3) } })
    expect(await answers[0]).toEqual({ kind: 'done', bytes: Uint8Array.of(3) })
    await Promise.resolve()
    expect(sent[1]).toEqual({ event: 'key_wish', ask: 'unwrap', bytes: Uint8Array.of(2) })
    take({ event: 'key_answer', answer: { kind: 'refused', why: 'busy' } })
    expect(await answers[1]).toEqual({ kind: 'refused', why: 'busy' })
  })

  it.each([
    undefined,
    'key_wish',
    { event: 'key_wish', ask: 'show', bytes: Uint8Array.of(1) },
    { event: 'key_wish', ask: 'wrap', bytes: 'AQ==' },
    { event: 'key_wish', ask: 'wrap', bytes: new Uint8Array() },
    { event: 'key_wish', ask: 'wrap', bytes: new Uint8Array(65_537) },
  ])('is not read from anything else: %o', (value) => {
    expect(readKeyWish(value)).toBeUndefined()
  })

  it.each([
    { event: 'key_answer' },
    { event: 'key_answer', answer: { kind: 'refused', why: 'because' } },
    { event: 'key_answer', answer: { kind: 'done', bytes: [1] } },
    { event: 'key_answer', answer: { kind: 'done', bytes: Uint8Array.of(1), again: 'x' } },
    { event: 'ready', answer: { kind: 'done', bytes: Uint8Array.of(1) } },
  ])('nor is an answer: %o', (value) => {
    expect(readKeyAnswer(value)).toBeUndefined()
  })
})
