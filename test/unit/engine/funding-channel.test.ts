import { afterEach, describe, expect, it } from 'vitest'
import { ok } from '../../../src/base/result.ts'
import { WAITS } from '../../../src/domain/waits.ts'
import { fundingOf } from '../../../src/gateway/funding.ts'
import type { SceneCharge } from '../../../src/ports/scene.ts'
import { newCounters, usedFen } from '../../../src/scene/counters.ts'
import { CHANNELS, FIXED_CHANNELS } from '../../../src/scene/words.ts'
import { SceneCounting } from '../../../src/terminal/scene-counting.ts'
import type { SceneCounts } from '../../../src/terminal/scene-state.ts'
import { createKeptLog } from '../../support/kept-log.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { createScriptedGate } from '../../support/scripted-gate.ts'
import { paidAnswer } from '../../support/scripted-gateway.ts'
import { createRandom, type Random } from '../../support/seeded.ts'
import { openTill, type Till } from '../../support/till.ts'

const SALES = 60
const BANK_TYPES = ['ICBC_CREDIT', 'CCB_DEBIT', 'OTHERS', 'SOMETHING_NEW', undefined] as const

let till: Till
afterEach(() => till.close())

function countingAt(nowMs: number): SceneCounting {
  const clock = createManualClock()
  const counts: SceneCounts = { counters: newCounters(nowMs), countedSeq: 0, requestCounterTo: 0 }
  return new SceneCounting({
    store: { saveCounts: () => ok(undefined) },
    clock,
    log: createKeptLog(),
    counts,
    nowMs: () => nowMs,
    reserving: (charge: SceneCharge) => ({
      ...charge,
      channels: charge.withoutCredit ? FIXED_CHANNELS : CHANNELS,
    }),
  })
}

/** One sale by a random bank type or to no end; what it must count against credit, fen. */
async function sellOne(random: Random, noCredit: boolean): Promise<number> {
  const amountFen = random.integer(1, 10_000)
  const { id } = await till.sell(amountFen)
  till.scanner.present(till.freshCode())
  const call = till.gateway.last()
  if (random.chance(0.2)) {
    await call.answer({ kind: 'refused', cause: 'gateway.not_enough' })
    await till.gateway.last().answer({ kind: 'not_found' })
    await till.wish('cancel_wanted', id)
    return 0
  }
  // An order that excluded credit is not paid by it here: that is a story of its own.
  const bankType = random.pick(noCredit ? BANK_TYPES.slice(1) : BANK_TYPES)
  const paidBy = fundingOf(bankType)
  await call.answer({ ...paidAnswer(call), ...(paidBy ? { paidBy } : {}) } as never)
  expect(till.sale(id).attempts[0]?.paidBy).toBe(paidBy)
  till.clock.advance(WAITS.resultShownMs)
  if (paidBy === undefined) return noCredit ? 0 : amountFen
  return paidBy === 'CREDIT' ? amountFen : 0
}

describe('room for credit', () => {
  it.each([1, 2, 3, 4])(
    'AC-10a/decision: credit room is spent by what credit paid, or may have paid, and by nothing else: seed %d',
    async (seed) => {
      const random = createRandom(seed)
      const gate = createScriptedGate(0)
      const clock = createManualClock()
      const counting = countingAt(clock.nowMs())
      let sendWithoutCredit = false
      till = await openTill({
        seed,
        clock,
        canExcludeCredit: true,
        scene: {
          ...gate,
          decide: (request) => ({
            kind: 'allow',
            grantVersion: gate.grantVersion(),
            sendWithoutCredit: request.action === 'charge' && sendWithoutCredit,
          }),
          reserve: (charge, step) => counting.reserve(charge, step),
          commit: (paid, step) => counting.commit(paid, step),
          release: (outTradeNo, step) => counting.release(outTradeNo, step),
        },
      })
      const nowMs = clock.nowMs()
      let wantedFen = 0
      for (let sold = 0; sold < SALES; sold += 1) {
        sendWithoutCredit = random.chance(0.3)
        wantedFen += await sellOne(random, sendWithoutCredit)
        const counters = counting.counters()
        if (counters === undefined) throw new Error('nothing is counted')
        expect(usedFen(counters, 'micro_credit', nowMs).monthFen).toBe(wantedFen)
        expect(counters.reservations).toEqual({})
      }
      // A start that has to count everything anew comes to the same.
      const again = countingAt(nowMs)
      const told = createScriptedGate(0)
      await till.engine.stop()
      till.journal.close()
      const { journalFile } = till
      const second = await openTill({ journalFile, seed: seed + 100, clock, scene: told })
      await second.close()
      const [{ charges, seq } = { charges: [], seq: 0 }] = told.caughtUp
      again.catchUp(charges, seq)
      const counters = again.counters()
      expect(counters && usedFen(counters, 'micro_credit', nowMs).monthFen).toBe(wantedFen)
    },
  )
})
