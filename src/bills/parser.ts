import { fenOfYuan } from './amount.ts'
import { COLUMNS, type Column, SUM_COLUMNS } from './columns.ts'
import { type BillSums, Tally } from './sums.ts'

/** How an entry of a bill says the order stands. */
export type BillState = 'SUCCESS' | 'REFUND' | 'REVOKED'

/** What reconciliation needs of one entry. The payer's identifier is never taken along. */
export type BillRow = {
  /** Beijing time, `YYYY-MM-DD hh:mm:ss`. */
  readonly time: string
  readonly merchantId: string
  readonly deviceId: string
  readonly transactionId: string
  readonly outTradeNo: string
  readonly state: BillState
  /** As the wire spells it, such as MICROPAY. */
  readonly tradeType: string
  /** The merchant's own text, as the bill escapes it. */
  readonly description: string
  /** The whole amount of the order; 0 on a refund. */
  readonly amountFen: number
  readonly refundId: string
  readonly outRefundNo: string
  readonly refundFen: number
  readonly refundState: string
}

/** Why a file is not a bill that can be relied on; `line` counts from 1. */
export type BillFault = { readonly line: number; readonly reason: string }

const LINE_CHARACTERS_MAX = 32_768
const STATES: readonly string[] = ['SUCCESS', 'REFUND', 'REVOKED']

type Expecting = 'header' | 'rows' | 'sums' | 'nothing'

/**
 * Reads a trade bill piece by piece, wherever the pieces are cut, and gives each entry to `onRow`.
 * The first fault ends it: what came before must then not be used. Holds one line at a time.
 */
export class BillParser {
  readonly #onRow: (row: BillRow) => void
  readonly #decoder = new TextDecoder('utf-8', { fatal: true })
  #rest = ''
  #line = 0
  #expecting: Expecting = 'header'
  #at: ReadonlyMap<string, number> = new Map()
  readonly #tally = new Tally()
  #sums: BillSums | undefined
  #fault: BillFault | undefined

  constructor(onRow: (row: BillRow) => void) {
    this.#onRow = onRow
  }

  /** Takes the next bytes of the file. */
  push(chunk: Uint8Array): BillFault | undefined {
    if (this.#fault) return this.#fault
    try {
      this.#take(this.#decoder.decode(chunk, { stream: true }))
    } catch {
      this.#refuse('not UTF-8')
    }
    return this.#fault
  }

  /** The file has ended: its sums, or why it is not whole. */
  end(): { readonly sums: BillSums } | { readonly fault: BillFault } {
    if (!this.#fault) {
      try {
        this.#take(this.#decoder.decode())
      } catch {
        this.#refuse('not UTF-8')
      }
    }
    if (!this.#fault && this.#rest !== '') this.#readLine(this.#rest)
    if (!this.#fault && !this.#sums) this.#refuse('the file ends before its sums')
    if (this.#fault) return { fault: this.#fault }
    return { sums: this.#sums ?? { rows: 0, amountFen: 0, refundFen: 0, differences: [] } }
  }

  #refuse(reason: string): undefined {
    this.#fault ??= { line: this.#line, reason }
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) {
      this.#readLine(line)
      if (this.#fault) return
    }
    if (this.#rest.length > LINE_CHARACTERS_MAX) this.#refuse('a line without end')
  }

  #readLine(ended: string): undefined {
    this.#line += 1
    const line = ended.endsWith('\r') ? ended.slice(0, -1) : ended
    switch (this.#expecting) {
      case 'header':
        return this.#readHeader(line)
      case 'rows':
        return line.startsWith('`') ? this.#readRow(line) : this.#readSumHeader(line)
      case 'sums':
        return this.#readSums(line)
      case 'nothing':
        if (line !== '') this.#refuse('more follows after the sums')
    }
  }

  #readHeader(line: string): undefined {
    const names = line.split(',')
    this.#at = new Map(names.map((name, index) => [name, index]))
    const missing = COLUMNS.find((name) => !this.#at.has(name))
    const foreign = names.find((name) => !(COLUMNS as readonly string[]).includes(name))
    if (missing !== undefined) this.#refuse(`the column ${missing} is missing`)
    else if (foreign !== undefined)
      this.#refuse(`the column "${foreign.slice(0, 40)}" is not known`)
    else if (names.length !== COLUMNS.length) this.#refuse('a column appears twice')
    this.#expecting = 'rows'
  }

  /** Text of merchants has no bare comma: the bill writes it as a backslash and a blank. */
  #fields(line: string, count: number): readonly string[] | undefined {
    const fields = line.split(',')
    if (fields.length !== count) {
      this.#refuse(`${fields.length} fields instead of ${count}`)
      return undefined
    }
    if (!fields.every((field) => field.startsWith('`'))) {
      this.#refuse('a field does not begin with a backtick')
      return undefined
    }
    return fields
  }

  #readRow(line: string): undefined {
    const fields = this.#fields(line, COLUMNS.length)
    if (!fields) return
    const text = (name: Column): string => (fields[this.#at.get(name) ?? -1] ?? '`').slice(1)
    const isSummed = this.#tally.add(text)
    const amountFen = fenOfYuan(text('订单金额'))
    const refundFen = fenOfYuan(text('申请退款金额'))
    const state = text('交易状态')
    const time = text('交易时间')
    const outTradeNo = text('商户订单号')
    if (!isSummed || amountFen === undefined || refundFen === undefined) {
      return this.#refuse('no amount in yuan')
    }
    if (text('货币种类') !== 'CNY') return this.#refuse('not in CNY')
    if (!STATES.includes(state)) return this.#refuse(`the state ${state.slice(0, 20)} is not known`)
    if (!/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(time)) return this.#refuse('no time')
    if (outTradeNo === '') return this.#refuse('no order number')
    this.#onRow({
      time,
      merchantId: text('商户号'),
      deviceId: text('设备号'),
      transactionId: text('微信订单号'),
      outTradeNo,
      state: state as BillState,
      tradeType: text('交易类型'),
      description: text('商品名称'),
      // A reversed order may be written as its refund alone.
      amountFen: state === 'REVOKED' && amountFen === 0 ? refundFen : amountFen,
      refundId: text('微信退款单号'),
      outRefundNo: text('商户退款单号'),
      refundFen,
      refundState: text('退款状态'),
    })
  }

  #readSumHeader(line: string): undefined {
    if (line !== SUM_COLUMNS.join(',')) return this.#refuse('neither an entry nor the sums')
    this.#expecting = 'sums'
  }

  #readSums(line: string): undefined {
    const fields = this.#fields(line, SUM_COLUMNS.length)
    if (!fields) return
    const sums = this.#tally.compare(fields.map((field) => field.slice(1)))
    if (!sums) return this.#refuse('the sums are no numbers')
    this.#sums = sums
    this.#expecting = 'nothing'
  }
}
