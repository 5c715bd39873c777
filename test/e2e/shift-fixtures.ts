import { viewShift } from '../../src/api/shift-view.ts'
import type { Language } from '../../src/domain/errors.ts'
import type { Shift, ShiftTotal } from '../../src/domain/shift.ts'

const NOW_MS = 1_795_500_000_000
const NAME = { id: 'POS01', store: '青禾便利店 人民路店', version: 'test' }

const total = (
  kind: ShiftTotal['kind'],
  operator: string | null,
  sum: readonly [count: number, amountFen: number],
): ShiftTotal => ({ kind, operator, interface: 'MICROPAY', count: sum[0], amountFen: sum[1] })

/** A long day at a till, with two results still open. */
export const BUSY_SHIFT: Shift = {
  number: 128,
  fromSeq: 4_001,
  toSeq: 5_204,
  fromMs: NOW_MS - 43_200_000,
  toMs: NOW_MS,
  totals: [
    total('payment', null, [12, 45_600]),
    total('payment', '张敏', [186, 1_234_560]),
    total('refund', '张敏', [3, 12_800]),
    total('payment', 'Alexandra Featherstonehaugh-Cholmondeley', [9, 99_900]),
  ],
  unsettled: [
    {
      kind: 'sale',
      saleId: 's1',
      number: 'GTPOS0120261124090000A1B2C3D4E5',
      amountFen: 128_000,
      sinceMs: NOW_MS - 3_600_000,
      orderRef: 'A-1041',
      operator: '张敏',
    },
    {
      kind: 'refund',
      saleId: 's2',
      number: 'GTPOS0120261124100000F6G7H8J9K0-R1',
      amountFen: 2_300,
      sinceMs: NOW_MS - 600_000,
      operator: '李雷',
    },
  ],
}

/** So many results still open that the list has to be scrolled. */
export const CROWDED_SHIFT: Shift = {
  ...BUSY_SHIFT,
  unsettled: Array.from({ length: 30 }, (_, index) => ({
    kind: 'sale',
    saleId: `s${index}`,
    number: `GTPOS01202611241000000000000${index + 10}`,
    amountFen: 100 + index,
    sinceMs: NOW_MS - 600_000 + index,
    operator: null,
  })),
}

/** The same day with every result known. */
export const QUIET_SHIFT: Shift = { ...BUSY_SHIFT, unsettled: [] }
/** A day on which more was given back than taken. */
export const NEGATIVE_SHIFT: Shift = {
  ...QUIET_SHIFT,
  totals: [total('refund', '李雷', [1, 12_345])],
}
/** A day on which nothing happened. */
export const EMPTY_SHIFT: Shift = { ...QUIET_SHIFT, totals: [] }

/** A shift as the API would give it. */
export function shiftAnswer(shift: Shift, language: Language, closedBy?: string) {
  const given = closedBy === undefined ? shift : { ...shift, closedBy }
  return viewShift(given, { name: NAME, language })
}
