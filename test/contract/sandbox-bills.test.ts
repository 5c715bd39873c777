import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Sandbox } from '../../src/sandbox/node/sandbox.ts'
import { startSandbox } from '../../src/sandbox/node/sandbox.ts'
import { magicRefundFen } from '../../src/sandbox/refund-scenarios.ts'
import { jsonOf, VirtualClock, WireClient } from './sandbox-client.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Four hours before midnight in Beijing. */
const START_MS = Date.parse('2026-05-06T20:00:00+08:00')
const PAY_DAY = '2026-05-06'
const NEXT_DAY = '2026-05-07'

let dir: string
let clock: VirtualClock
let sandbox: Sandbox
let client: WireClient

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'guitai-sandbox-'))
  clock = new VirtualClock(START_MS)
  sandbox = await startSandbox({ dir, clock })
  client = new WireClient(dir, sandbox.origin, clock)
  await makeTwoDays()
})
beforeEach(() => sandbox.setBillFault('none'))
afterAll(async () => {
  await sandbox.close()
  rmSync(dir, { recursive: true, force: true })
})

const fenOf = (scenario: string): number => magicRefundFen(scenario) ?? 0
const ok = (answer: { readonly status: number }): void => {
  if (answer.status !== 200) throw new Error(`answered ${answer.status}`)
}
const refund = async (order: string, number: string, amounts: readonly [number, number]) =>
  ok(await client.refund(order, number, { refund: amounts[0], total: amounts[1] }))

/** One order per thing that can stand in a bill. */
async function makeTwoDays(): Promise<void> {
  ok(await client.charge('BILL-PLAIN', 1_234, { patch: { attach: 'a,"b"', description: '茶,1' } }))
  ok(await client.charge('BILL-SAME-DAY', 1_000))
  ok(await client.charge('BILL-TO-CARD', 100_000))
  ok(await client.charge('BILL-REFUSED', 100_000))
  ok(await client.charge('BILL-REVERSED', 700))
  ok(await client.charge('BILL-REVERSED-LATER', 800))
  ok(await client.charge('BILL-LATER', 500))
  clock.advance(HOUR_MS)
  await refund('BILL-SAME-DAY', 'R-SAME-DAY', [400, 1_000])
  await refund('BILL-TO-CARD', 'R-TO-CARD', [fenOf('to_card'), 100_000])
  await refund('BILL-REFUSED', 'R-CLOSED', [fenOf('closed'), 100_000])
  ok(await client.reverse('BILL-REVERSED'))
  clock.advance(4 * HOUR_MS)
  await refund('BILL-LATER', 'R-LATER', [500, 500])
  await refund('BILL-REFUSED', 'R-ABNORMAL', [fenOf('abnormal'), 100_000])
  ok(await client.reverse('BILL-REVERSED-LATER'))
  clock.advance(5 * DAY_MS)
}

type Row = Readonly<Record<string, string>>
type Bill = { readonly columns: readonly string[]; readonly rows: Row[]; readonly sums: Row }

const fetchBill = async (query: string, from = client): Promise<Bill> => {
  const asked = await from.send({ method: 'GET', path: `/v3/bill/tradebill?${query}` })
  ok(asked)
  expect(from.signatureOf(asked)).toBe('good')
  const { download_url, hash_value } = jsonOf(asked) as Record<string, string>
  const url = new URL(download_url ?? '')
  expect(url.origin).toBe(from.origin)
  const file = await from.send({ method: 'GET', path: `${url.pathname}${url.search}` })
  ok(file)
  const bytes = query.includes('GZIP') ? gunzipSync(file.body) : file.body
  expect(createHash('sha1').update(bytes).digest('hex')).toBe(hash_value)
  const lines = bytes.toString('utf8').slice(1).trimEnd().split('\r\n')
  const columns = lines[0]?.split(',') ?? []
  const read = (text: string, names: readonly string[]): Row => {
    const fields = text.split(',').map((field) => field.replace(/^`/, ''))
    return Object.fromEntries(fields.map((field, index) => [names[index] ?? '', field]))
  }
  return {
    columns,
    rows: lines.slice(1, -2).map((text) => read(text, columns)),
    sums: read(lines.at(-1) ?? '', lines.at(-2)?.split(',') ?? []),
  }
}

const shortly = ({ rows }: Bill): string[] =>
  rows.map((row) =>
    [
      ...[row.交易状态, row.商户订单号, row.订单金额],
      ...[row.商户退款单号, row.申请退款金额, row.退款状态],
    ].join(' '),
  )

describe('a bill of type ALL', () => {
  it('has refunds on the day they were asked for, beside their orders', async () => {
    const bill = await fetchBill(`bill_date=${PAY_DAY}&bill_type=ALL&tar_type=GZIP`)
    expect(shortly(bill)).toEqual([
      'SUCCESS BILL-PLAIN 12.34 0 0.00 ',
      'SUCCESS BILL-SAME-DAY 10.00 0 0.00 ',
      'SUCCESS BILL-TO-CARD 1000.00 0 0.00 ',
      'SUCCESS BILL-REFUSED 1000.00 0 0.00 ',
      'SUCCESS BILL-REVERSED-LATER 8.00 0 0.00 ',
      'SUCCESS BILL-LATER 5.00 0 0.00 ',
      'REVOKED BILL-REVERSED 7.00 0 0.00 ',
      'REFUND BILL-SAME-DAY 0.00 R-SAME-DAY 4.00 SUCCESS',
      'REFUND BILL-TO-CARD 0.00 R-TO-CARD 800.03 PROCESSING',
      'REFUND BILL-REFUSED 0.00 R-CLOSED 800.05 FAIL',
    ])
    const back = bill.rows.find((row) => row.商户退款单号 === 'R-SAME-DAY')
    expect(back).toMatchObject({
      交易时间: '2026-05-06 21:00:00',
      应结订单金额: '0.00',
      退款金额: '4.00',
      退款类型: 'ORIGINAL',
    })
    expect(back?.微信退款单号).toMatch(/^50000\d{23}$/)
    expect(bill.rows[0]).toMatchObject({ 商品名称: '茶\\ 1', 商户数据包: 'a\\ \\"b\\"' })
  })

  it('sums its rows', async () => {
    const { sums, columns } = await fetchBill(`bill_date=${PAY_DAY}&bill_type=ALL`)
    expect(columns).toHaveLength(27)
    expect(sums).toEqual({
      总交易单数: '10.0',
      应结订单总金额: '2042.34',
      退款总金额: '1604.08',
      充值券退款总金额: '0.0',
      手续费总金额: '0.0',
      订单总金额: '2042.34',
      申请退款总金额: '1604.08',
    })
    sandbox.setBillFault('sums_wrong')
    const wrong = await fetchBill(`bill_date=${PAY_DAY}&bill_type=ALL`)
    expect(wrong.sums.订单总金额).toBe('2042.35')
  })

  it('has what happened later on the later day', async () => {
    expect(shortly(await fetchBill(`bill_date=${NEXT_DAY}`)).sort()).toEqual([
      'REFUND BILL-LATER 0.00 R-LATER 5.00 SUCCESS',
      'REFUND BILL-REFUSED 0.00 R-ABNORMAL 800.04 CHANGE',
      'REVOKED BILL-REVERSED-LATER 8.00 0 0.00 ',
    ])
  })

  it('can be had from the backup host', async () => {
    const backup = new WireClient(dir, sandbox.backupOrigin, clock)
    const query = `bill_date=${PAY_DAY}&bill_type=ALL&tar_type=GZIP`
    expect(await fetchBill(query, backup)).toEqual(await fetchBill(query))
  })
})

describe('a bill of another type', () => {
  it('SUCCESS has the payments, without the columns about refunds', async () => {
    const { columns, rows } = await fetchBill(`bill_date=${PAY_DAY}&bill_type=SUCCESS`)
    expect(columns).toHaveLength(20)
    expect(columns.filter((column) => column.includes('退款'))).toEqual([])
    expect(rows.map((row) => row.商户订单号)).toEqual([
      ...['BILL-PLAIN', 'BILL-SAME-DAY', 'BILL-TO-CARD'],
      ...['BILL-REFUSED', 'BILL-REVERSED-LATER', 'BILL-LATER'],
    ])
  })

  it('REFUND has the refunds, with the times of asking and of success', async () => {
    const { columns, rows } = await fetchBill(`bill_date=${PAY_DAY}&bill_type=REFUND`)
    expect(columns).toHaveLength(29)
    const times = rows.map((row) => [row.商户退款单号, row.退款申请时间, row.退款成功时间])
    expect(times).toEqual([
      ['R-SAME-DAY', '2026-05-06 21:00:00', '2026-05-06 21:00:03'],
      ['R-TO-CARD', '2026-05-06 21:00:00', ''],
      ['R-CLOSED', '2026-05-06 21:00:00', ''],
    ])
  })

  it('is refused when there is no such type, and absent without such rows', async () => {
    const ask = (query: string) =>
      client.send({ method: 'GET', path: `/v3/bill/tradebill?${query}` })
    const unknown = await ask(`bill_date=${PAY_DAY}&bill_type=EVERYTHING`)
    expect(jsonOf(unknown)).toMatchObject({ code: 'PARAM_ERROR', detail: { field: 'bill_type' } })
    const none = await ask(`bill_date=${NEXT_DAY}&bill_type=SUCCESS`)
    expect(jsonOf(none)?.code).toBe('NO_STATEMENT_EXIST')
  })
})
