import { describe, expect, it } from 'vitest'
import { columnsOf } from '../../../src/domain/columns.ts'
import type { Shift } from '../../../src/domain/shift.ts'
import {
  REPORT_COLUMNS,
  reportAmount,
  reportRows,
  reportText,
} from '../../../src/domain/shift-report.ts'

/** 2026-11-24 08:00:00 in Beijing. */
const MORNING_MS = Date.UTC(2026, 10, 24, 0, 0, 0)

const SHIFT: Shift = {
  number: 12,
  fromSeq: 10,
  toSeq: 400,
  fromMs: MORNING_MS,
  toMs: MORNING_MS + 43_200_000,
  closedBy: '张敏',
  totals: [
    { kind: 'payment', interface: 'MICROPAY', operator: null, count: 2, amountFen: 123_456_789 },
    { kind: 'payment', interface: 'MICROPAY', operator: '张敏', count: 1, amountFen: 5 },
    { kind: 'refund', interface: 'MICROPAY', operator: '李雷', count: 1, amountFen: 4_000 },
  ],
  unsettled: [
    {
      kind: 'sale',
      saleId: 's1',
      number: 'T20261124000000000000000000000001',
      amountFen: 12_800,
      sinceMs: MORNING_MS + 3_600_000,
      orderRef: 'A-17',
      operator: null,
    },
    {
      kind: 'refund',
      saleId: 's2',
      number: 'R1',
      amountFen: 1,
      sinceMs: MORNING_MS,
      operator: 'x',
    },
  ],
}
const HEAD = { terminal: 'POS01', store: '青禾便利店 人民路店', language: 'zh-CN' } as const

describe('the report of a shift', () => {
  it('is what a receipt printer prints', () => {
    expect(reportText(reportRows(SHIFT, HEAD)).join('\n')).toBe(`              青禾便利店 人民路店
                   班次结算单
================================================
终端                                       POS01
班次                                          12
开始                         2026-11-24 08:00:00
结束                         2026-11-24 20:00:00
结束人                                      张敏
金额单位：元，北京时间
------------------------------------------------
收款 3 笔                           1,234,567.94
退款 1 笔                                 -40.00
净额                                1,234,527.94
------------------------------------------------
按支付方式
付款码
  收款 3 笔                         1,234,567.94
  退款 1 笔                               -40.00
  净额                              1,234,527.94
------------------------------------------------
按操作人
（未记名）
  收款 2 笔                         1,234,567.89
  退款 0 笔                                 0.00
  净额                              1,234,567.89
张敏
  收款 1 笔                                 0.05
  退款 0 笔                                 0.00
  净额                                      0.05
李雷
  收款 0 笔                                 0.00
  退款 1 笔                               -40.00
  净额                                    -40.00
------------------------------------------------
结果待确认 2 笔                           128.01
收款 11-24 09:00                          128.00
  T20261124000000000000000000000001
  订单 A-17
退款 11-24 08:00                            0.01
  R1
以上未计入本班，结果确定后计入当时的班次。
================================================
签名 ______________________`)
  })

  it('says that an open shift is not closed, and has no signature', () => {
    const { closedBy: _nobody, ...open } = SHIFT
    const text = reportText(reportRows(open, { ...HEAD, language: 'en' })).join('\n')
    expect(text).toContain('SHIFT SO FAR (NOT CLOSED)')
    expect(text).not.toContain('Signature')
    expect(text).toMatch(/Payments \(3\) +1,234,567\.94/)
  })

  it('divides nothing where nothing was taken', () => {
    const rows = reportRows({ ...SHIFT, totals: [], unsettled: [] }, { ...HEAD, language: 'en' })
    expect(rows.map(({ left }) => left)).not.toContain('By operator')
    expect(rows.map(({ left }) => left)).toContain('Nothing is without a result')
  })

  it('stays within its columns, whatever names it is given', () => {
    const operator = '很长的名字'.repeat(8)
    const totals = SHIFT.totals.map((total) => ({ ...total, operator }))
    const shift = { ...SHIFT, totals, closedBy: operator }
    for (const language of ['zh-CN', 'en'] as const) {
      const rows = reportRows(shift, { terminal: 'T'.repeat(60), store: '店'.repeat(60), language })
      for (const line of reportText(rows)) {
        expect(columnsOf(line)).toBeLessThanOrEqual(REPORT_COLUMNS)
      }
    }
  })

  it.each([
    [0, '0.00'],
    [-1, '-0.01'],
    [100_000, '1,000.00'],
    [-123_456_789, '-1,234,567.89'],
  ])('writes %i fen as %s', (amountFen, text) => {
    expect(reportAmount(amountFen)).toBe(text)
  })
})
