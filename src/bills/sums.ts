import { fenOfYuan } from './amount.ts'
import { type Column, SUM_COLUMNS } from './columns.ts'

/** The columns whose sum stands in the last line. Fees are rounded there, so they are not added up. */
const SUMMED: readonly (readonly [sum: (typeof SUM_COLUMNS)[number], of: Column])[] = [
  ['应结订单总金额', '应结订单金额'],
  ['退款总金额', '退款金额'],
  ['充值券退款总金额', '充值券退款金额'],
  ['订单总金额', '订单金额'],
  ['申请退款总金额', '申请退款金额'],
]

/** The last line of a bill says one thing and its entries another. */
export type SumDifference = {
  /** The name over the sum. */
  readonly column: string
  readonly unit: 'entries' | 'fen'
  readonly said: number
  readonly counted: number
}

/** What the last line of a bill says, and where its entries come to something else. */
export type BillSums = {
  readonly rows: number
  readonly amountFen: number
  readonly refundFen: number
  readonly differences: readonly SumDifference[]
}

/** Adds up a bill while it is read. Sums stay exact: 10 million yuan a million times are 10^15 fen. */
export class Tally {
  #rows = 0
  readonly #sumsFen: number[] = SUMMED.map(() => 0)

  /**
   * Adds one entry; says whether all its amounts could be read. An empty field counts as nothing.
   * @param text gives the field of a column
   */
  add(text: (name: Column) => string): boolean {
    this.#rows += 1
    return SUMMED.every(([, of], index) => {
      const field = text(of)
      const amountFen = field === '' ? 0 : fenOfYuan(field)
      if (amountFen === undefined) return false
      this.#sumsFen[index] = (this.#sumsFen[index] ?? 0) + amountFen
      return true
    })
  }

  /**
   * Compares with the last line; undefined when that has no numbers.
   * @param fields in the order of {@link SUM_COLUMNS}, without backticks
   */
  compare(fields: readonly string[]): BillSums | undefined {
    const text = (name: string): string => fields[SUM_COLUMNS.indexOf(name as never)] ?? ''
    const rows = /^(\d{1,9})(?:\.0+)?$/.exec(text('总交易单数'))?.[1]
    if (rows === undefined) return undefined
    const said = { rows: Number(rows), fen: new Map<string, number>() }
    const differences: SumDifference[] = []
    if (said.rows !== this.#rows) {
      const counted = this.#rows
      differences.push({ column: '总交易单数', unit: 'entries', said: said.rows, counted })
    }
    for (const [index, [column]] of SUMMED.entries()) {
      const saidFen = fenOfYuan(text(column))
      if (saidFen === undefined) return undefined
      said.fen.set(column, saidFen)
      const counted = this.#sumsFen[index] ?? 0
      if (saidFen !== counted) differences.push({ column, unit: 'fen', said: saidFen, counted })
    }
    const amountFen = said.fen.get('订单总金额') ?? 0
    const refundFen = said.fen.get('申请退款总金额') ?? 0
    return { rows: said.rows, amountFen, refundFen, differences }
  }
}
