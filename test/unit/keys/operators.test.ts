import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { OperatorStore } from '../../../src/keys/node/operators.ts'
import { hashPin, isPin, PIN_COST } from '../../../src/keys/node/pin-hash.ts'
import { openSealedFiles } from '../../../src/keys/node/sealed-files.ts'
import { sealingKeyFile } from '../../../src/keys/node/sealing-key-file.ts'
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts'
import { createSeededEntropy } from '../../support/seeded.ts'

const HOUR_MS = 3_600_000
const PIN = '739182'

let dir: string
let clock: ManualClock
let seed = 0
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'guitai-operators-'))
  clock = createManualClock()
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

function secrets() {
  seed += 1
  const entropy = createSeededEntropy(seed)
  const sealingKey = sealingKeyFile(join(dir, 'keys', 'sealing.json'), entropy)
  return openSealedFiles({ folder: join(dir, 'secrets'), sealingKey, entropy })
}

/** As after a start: nothing is remembered but what is on the disk. */
function started() {
  return new OperatorStore({ secrets: secrets(), clock, cost: { N: 2, r: 1, p: 1 } })
}

async function withTwo(): Promise<OperatorStore> {
  const store = started()
  for (const [name, role] of [
    ['安装', 'installer'],
    ['小王', 'cashier'],
  ] as const) {
    expect((await store.add({ name, role }, PIN)).ok).toBe(true)
  }
  return store
}

async function outcome(store: OperatorStore, pin: string, name = '小王'): Promise<string> {
  const verified = await store.verify(name, pin)
  if (verified.ok) return verified.value.role
  const { problem, waitMs } = verified.error
  return `${problem.code} ${waitMs / 1_000}`
}

describe('operators', () => {
  it('are known by name and PIN after a restart, and by nothing else', async () => {
    await withTwo()
    expect(await outcome(started(), PIN)).toBe('cashier')
    expect(await outcome(started(), PIN, '安装')).toBe('installer')
    expect(await outcome(started(), '739183')).toBe('operator.pin_wrong 0')
    expect(await outcome(started(), PIN, '小李')).toBe('operator.pin_wrong 0')
    expect(started().list()).toEqual({
      ok: true,
      value: [
        { name: '安装', role: 'installer' },
        { name: '小王', role: 'cashier' },
      ].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    })
  })

  it('stand on the disk sealed: no PIN, no name, no hash', async () => {
    const store = await withTwo()
    await outcome(store, '555123')
    const files = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.\w+$/.test(name),
    )
    expect(files).toHaveLength(2)
    for (const file of files) {
      const bytes = readFileSync(join(dir, file))
      for (const text of [PIN, '555123', '小王', 'scrypt']) expect(bytes.includes(text)).toBe(false)
    }
  })

  it('begin with an installer, and one always remains', async () => {
    const code = (result: { error?: { code: string } }) => result.error?.code
    const store = started()
    const first = await store.add({ name: '小王', role: 'cashier' }, PIN)
    expect(code(first as { error?: { code: string } })).toBe('operator.last_installer')
    await withTwo()
    const refused = async (name: string, pin: string) => {
      const added = await store.add({ name, role: 'cashier' }, pin)
      return added.ok ? undefined : added.error.code
    }
    expect(await refused('小王', PIN)).toBe('operator.exists')
    expect(await refused('小李', '123456')).toBe('operator.pin_weak')
    for (const name of ['', ' 小李', 'a\nb', 'x'.repeat(41), '134567890123456789']) {
      expect(await refused(name, PIN)).toBe('operator.name_invalid')
    }
    expect(store.remove('安装')).toMatchObject({ error: { code: 'operator.last_installer' } })
    expect(store.remove('小李')).toMatchObject({ error: { code: 'operator.unknown' } })
    expect(store.remove('小王').ok).toBe(true)
    expect(await outcome(store, PIN)).toBe('operator.pin_wrong 0')
  })
})

describe('guessing a PIN', () => {
  it('meets pauses that grow, in which nothing is looked at, and a restart does not end', async () => {
    await withTwo()
    const said: string[] = []
    for (let times = 0; times < 4; times += 1) said.push(await outcome(started(), '000001'))
    expect(said).toEqual([
      'operator.pin_wrong 0',
      'operator.pin_wrong 0',
      'operator.pin_wrong 30',
      'operator.locked 30',
    ])
    clock.advance(29_999)
    expect(await outcome(started(), PIN)).toBe('operator.locked 0.001')
    clock.advance(1)
    expect(await outcome(started(), '000001')).toBe('operator.pin_wrong 60')
    clock.advance(60_000)
    expect(await outcome(started(), PIN)).toBe('cashier')
    expect(await outcome(started(), '000001')).toBe('operator.pin_wrong 0')
  })

  it('gets at most 31 tries in the first day and 24 in every other', async () => {
    await withTwo()
    const triesIn = async (hours: number): Promise<number> => {
      const untilMs = clock.nowMs() + hours * HOUR_MS
      let tries = 0
      while (clock.nowMs() < untilMs) {
        const verified = await started().verify('小王', '000001')
        if (verified.ok) throw new Error('guessed')
        if (verified.error.problem.code === 'operator.pin_wrong') tries += 1
        clock.advance(Math.max(1_000, verified.error.waitMs))
      }
      return tries
    }
    expect(await triesIn(24)).toBeLessThanOrEqual(31)
    expect(await triesIn(240)).toBeLessThanOrEqual(240)
  })

  it('gets no more tries by making them at the same time, or by ending the program in one', async () => {
    const store = await withTwo()
    const all = await Promise.all(Array.from({ length: 50 }, () => outcome(store, '000001')))
    expect(all.filter((one) => one.startsWith('operator.pin_wrong'))).toHaveLength(3)
    clock.advance(30_000)
    // Counted before it is looked at: whoever kills the program now has had the try.
    void store.verify('小王', '000001')
    expect(await outcome(started(), PIN)).toBe('operator.locked 60')
  })

  it('is not made longer or shorter by a clock that is set back', async () => {
    const store = await withTwo()
    for (let times = 0; times < 3; times += 1) await outcome(store, '000001')
    clock.jumpWallTo(clock.nowMs() - 100 * HOUR_MS)
    expect(await outcome(store, PIN)).toBe('operator.locked 30')
    clock.advance(30_000)
    expect(await outcome(store, PIN)).toBe('cashier')
  })

  it('is stopped for one person and for nobody else; a new PIN ends it', async () => {
    const store = await withTwo()
    for (let times = 0; times < 4; times += 1) await outcome(store, '000001')
    expect(await outcome(store, PIN, '安装')).toBe('installer')
    expect((await store.setPin('小王', '918273')).ok).toBe(true)
    expect(await outcome(store, '918273')).toBe('cashier')
  })

  it('under names that are not known fills no queue', async () => {
    const store = await withTwo()
    const all = Array.from({ length: 50 }, (_, index) => outcome(store, PIN, `nobody ${index}`))
    const said = await Promise.all(all)
    expect(said.filter((one) => one === 'operator.pin_wrong 0')).toHaveLength(8)
    expect(said.filter((one) => one === 'operator.locked 1')).toHaveLength(42)
    expect(await outcome(store, PIN)).toBe('cashier')
  })

  it('is refused when the count cannot be kept', async () => {
    const store = await withTwo()
    writeFileSync(join(dir, 'secrets', 'operators.sealed'), 'x')
    expect(await outcome(store, PIN)).toBe('keys.sealed_unreadable 0')
  })
})

describe('a PIN hash', () => {
  it('is salted, costs memory, and carries its own cost', async () => {
    const [one, other] = await Promise.all([hashPin(PIN, PIN_COST), hashPin(PIN, PIN_COST)])
    expect(one).toMatchObject({ algorithm: 'scrypt', N: 32_768, r: 8, p: 3 })
    expect(one.hash).not.toBe(other.hash)
    expect(await isPin(PIN, one)).toBe(true)
    expect(await isPin('739183', one)).toBe(false)
    expect(await isPin(PIN, { ...one, p: 1 })).toBe(false)
  })
})
