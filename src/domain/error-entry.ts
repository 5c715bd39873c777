/** An entry of an error table that moves no money: the customer reads where to ask, never why. */
export function noMoneyMoved(status: number, zh: string, en: string) {
  return {
    moneyTaken: 'no',
    status,
    staff: { 'zh-CN': zh, en },
    customer: { 'zh-CN': '请联系店员', en: 'Please ask the staff' },
  } as const
}
