import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { err } from '../../../src/base/result.ts'
import { ERRORS, problem } from '../../../src/domain/errors.ts'
import { LIMITS } from '../../../src/domain/limits.ts'
import { WAITS } from '../../../src/domain/waits.ts'
import { UsedCodes } from '../../../src/engine/used-codes.ts'
import type { Journal } from '../../../src/ports/journal.ts'
import { bind } from '../../support/bound-journal.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { createSeededEntropy } from '../../support/seeded.ts'
import { CODE, OTHER_CODE, openTill, type Till } from '../../support/till.ts'

/** Longer than a scanner takes the same label for one reading. */
const ANOTHER_READING_MS = 5_000

describe('a payment code that is read a second time', () => {
  let full = false
  let till: Till
  beforeEach(async () => {
    full = false
    till = await openTill({
      wrapJournal: (journal: Journal): Journal => ({
        ...bind(journal),
        append: (entry) => (full ? err(problem('journal.unavailable')) : journal.append(entry)),
      }),
    })
  })
  afterEach(() => till.close())

  function charges() {
    return till.gateway.calls.filter(({ kind }) => kind === 'charge')
  }

  function notice() {
    return till.engine.screen().cashier.notice?.problem.code
  }

  async function showAgain(saleId: string): Promise<void> {
    till.clock.advance(ANOTHER_READING_MS)
    await till.wish('arm_wanted', saleId)
    till.scanner.present(CODE)
  }

  it('AC-296b is refused here, and the next code is taken at once', async () => {
    await till.sellPaid(100, CODE)
    const sale = await till.sell()
    till.scanner.present(CODE)
    expect(charges()).toHaveLength(1)
    expect(notice()).toBe('code.used_before')
    expect(till.engine.screen().customer).toMatchObject({ state: 'waiting_code' })
    expect(till.sale(sale.id)).toMatchObject({ phase: 'armed', attempts: [] })
    till.clock.advance(ANOTHER_READING_MS)
    till.scanner.present(OTHER_CODE)
    expect(charges()).toHaveLength(2)
  })

  it('AC-296b is refused when the gateway refused it before', async () => {
    const sale = await till.sell()
    till.scanner.present(CODE)
    await till.gateway.last().answer({ kind: 'refused', cause: 'gateway.not_enough' })
    await till.gateway.last().answer({ kind: 'not_found' })
    await showAgain(sale.id)
    expect(charges()).toHaveLength(1)
    expect(notice()).toBe('code.used_before')
  })

  it('is taken when no byte of the attempt before left', async () => {
    const sale = await till.sell()
    till.scanner.present(CODE)
    const nothingSent = { kind: 'unknown', cause: 'gateway.unreachable', sent: false } as const
    await till.gateway.last().answer(nothingSent)
    till.clock.advance(WAITS.firstQueryMs)
    await till.gateway.last().answer({ kind: 'not_found' })
    await showAgain(sale.id)
    expect(charges()).toHaveLength(2)
  })

  it('is taken when the attempt before could not be made durable', async () => {
    const sale = await till.sell()
    full = true
    till.scanner.present(CODE)
    full = false
    await showAgain(sale.id)
    expect(charges()).toHaveLength(1)
  })

  it('AC-296d is in no file', async () => {
    await till.sellPaid(100, CODE)
    await till.sell()
    till.scanner.present(CODE)
    const written = ['', '-wal']
      .map((end) => readFileSync(till.journalFile + end).toString('latin1'))
      .join('')
    expect(written).not.toContain(CODE)
    expect(written).not.toContain(createSeededEntropy(1).digest(CODE))
  })

  it('tells staff and customer to refresh, in both languages', () => {
    const { staff, customer, moneyTaken } = ERRORS['code.used_before']
    expect(moneyTaken).toBe('no')
    expect(staff['zh-CN']).toContain('刷新付款码')
    expect(customer['zh-CN']).toContain('请刷新付款码')
    expect(customer.en).toContain('refresh')
  })
})

describe('the used codes', () => {
  const clock = createManualClock()

  it('are known for ten minutes', () => {
    const used = new UsedCodes(clock, createSeededEntropy(1))
    used.use('A', used.digestOf(CODE))
    clock.advance(WAITS.usedCodeMs - 1)
    expect([used.has(used.digestOf(CODE)), used.has(used.digestOf(OTHER_CODE))]).toEqual([
      true,
      false,
    ])
    clock.advance(1)
    expect(used.has(used.digestOf(CODE))).toBe(false)
    expect(used.size).toBe(0)
  })

  it('are known by a key of this process', () => {
    const [one, other] = [createSeededEntropy(1), createSeededEntropy(2)]
    expect(one.digest(CODE)).not.toBe(other.digest(CODE))
    expect(one.digest(CODE)).not.toContain(CODE)
  })

  it('are bounded: the oldest goes', () => {
    const used = new UsedCodes(clock, createSeededEntropy(1))
    const code = (index: number) => `13${String(index).padStart(16, '0')}`
    for (let index = 0; index <= LIMITS.usedCodesMax; index += 1)
      used.use(`${index}`, used.digestOf(code(index)))
    expect(used.size).toBe(LIMITS.usedCodesMax)
    expect([used.has(used.digestOf(code(0))), used.has(used.digestOf(code(1)))]).toEqual([
      false,
      true,
    ])
  })

  it('go on being known when another attempt is given back', () => {
    const used = new UsedCodes(clock, createSeededEntropy(1))
    used.use('A', used.digestOf(CODE))
    used.use('B', used.digestOf(OTHER_CODE))
    used.giveBack('A')
    expect([used.has(used.digestOf(CODE)), used.has(used.digestOf(OTHER_CODE))]).toEqual([
      false,
      true,
    ])
  })
})
