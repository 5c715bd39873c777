/**
 * How long one decision takes: a charge held against a grant with every limit, ten measures that do
 * not stop it, and counters with a day's reservations. Prints the median and 99 % in microseconds,
 * beside a floor of the same run: one canonical form of the same grant.
 */
import { canonicalJson } from '../../src/scene/canonical-json.ts'
import { newCounters, reserve } from '../../src/scene/counters.ts'
import { decide } from '../../src/scene/decide.ts'
import { CHANNELS } from '../../src/scene/words.ts'
import {
  charge,
  goodFacts,
  goodScene,
  grantDocument,
  inHand,
  limitRow,
  measureDocument,
  NOW_MS,
  type Wire,
} from '../unit/scene/documents.ts'
import { quantile } from './statistics.ts'

const ROUNDS = Number(process.argv[2] ?? 100_000)
const WARM_UP = 10_000
const GOAL_US = 20

const limits = ['ALL', ...CHANNELS].map((channel) =>
  limitRow('MICROPAY', { channel, single: 500_000, day: 50_000_000, month: 500_000_000 }),
)
const measures = ['M1', 'M2', 'M3', 'M4', 'M5', 'M7'].map((code) => measureDocument(code))
const document: Wire = grantDocument({ limits, measures })
const reserved = Array.from({ length: 20 }, (_, index) => `T${index}`)
const counters = reserved.reduce(
  (now, outTradeNo) =>
    reserve(now, { outTradeNo, interface: 'MICROPAY', channels: CHANNELS, amountFen: 100 }, NOW_MS),
  newCounters(NOW_MS),
)
const scene = goodScene({ grant: inHand(document), facts: goodFacts({ counters }) })
const request = charge({ amountFen: 9_000 })

function measure(run: () => unknown): number[] {
  for (let index = 0; index < WARM_UP; index += 1) run()
  return Array.from({ length: ROUNDS }, () => {
    const began = process.hrtime.bigint()
    run()
    return Number(process.hrtime.bigint() - began) / 1_000
  })
}

const decision = decide(scene, request)
const taken = measure(() => decide(scene, request))
const floor = measure(() => canonicalJson(document))
const inUs = (value: number): number => Math.round(value * 100) / 100
const medianUs = inUs(quantile(taken, 0.5))
console.log(
  JSON.stringify({
    rounds: ROUNDS,
    decision: decision.kind,
    medianUs,
    p99Us: inUs(quantile(taken, 0.99)),
    floorMedianUs: inUs(quantile(floor, 0.5)),
    goalUs: GOAL_US,
  }),
)
if (decision.kind !== 'allow' || medianUs > GOAL_US) process.exitCode = 1
