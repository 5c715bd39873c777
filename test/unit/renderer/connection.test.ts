import { expect, test } from 'vitest'
import {
  type Answer,
  type ConnectionOptions,
  connect,
  LINE,
  type LinkEvents,
  type LinkState,
} from '../../../renderer/connection/connection.ts'
import { SUBPROTOCOL_NAME, WATCH_PATH_NAME } from '../../../renderer/connection/names.ts'
import { type ClientFrame, SUBPROTOCOL, WATCH_PATH } from '../../../src/api/protocol.ts'
import type { CashierModel } from '../../../src/screen/model.ts'
import { paidSale } from '../../e2e/refund-fixtures.ts'

const MODEL: CashierModel = {
  revision: 1,
  atMs: 1_000,
  cashier: {
    state: 'ready',
    store: 's',
    terminal: 't',
    intents: [],
    lights: [],
    recent: [],
    pending: 0,
    mayRefund: false,
    pendingSales: [],
  },
}

function rig(more: Partial<ConnectionOptions<'cashier'>> = {}) {
  const alarms: { atMs: number; run: () => void }[] = []
  let nowMs = 0
  const links: { events: LinkEvents; sent: ClientFrame[]; closed: boolean; atMs: number }[] = []
  const states: LinkState[] = []
  const models: CashierModel[] = []
  const connection = connect({
    screen: 'cashier',
    openLink: (events) => {
      const link = { events, sent: [] as ClientFrame[], closed: false, atMs: nowMs }
      links.push(link)
      return {
        send: (frame) => link.sent.push(frame),
        close: () => {
          link.closed = true
        },
      }
    },
    timers: {
      nowMs: () => nowMs,
      after: (delayMs, run) => {
        const alarm = { atMs: nowMs + delayMs, run }
        alarms.push(alarm)
        return () => {
          const index = alarms.indexOf(alarm)
          if (index >= 0) alarms.splice(index, 1)
        }
      },
    },
    onState: (state) => states.push(state),
    onModel: (model) => models.push(model),
    ...more,
  })
  const advance = (byMs: number) => {
    const untilMs = nowMs + byMs
    for (;;) {
      const next = alarms.toSorted((a, b) => a.atMs - b.atMs)[0]
      if (next === undefined || next.atMs > untilMs) break
      alarms.splice(alarms.indexOf(next), 1)
      nowMs = next.atMs
      next.run()
    }
    nowMs = untilMs
  }
  const link = (index: number) => {
    const found = links[index]
    if (found === undefined) throw new Error(`no link ${index}`)
    return found
  }
  return { connection, links, link, states, models, advance }
}

const ARM = {
  operation: 'sale.arm',
  input: { clientId: 'c-1', saleId: '00000000-0000-4000-8000-000000000000' },
} as const

test('the names are those of the protocol', () => {
  expect(SUBPROTOCOL_NAME).toBe(SUBPROTOCOL)
  expect(WATCH_PATH_NAME).toBe(WATCH_PATH)
})

test('it watches the screen, and is open only when a picture came', () => {
  const { link, states, models } = rig()
  link(0).events.onOpen()
  expect(link(0).sent).toEqual([{ kind: 'watch', topic: 'cashier' }])
  expect(states).toEqual([])
  link(0).events.onFrame({ kind: 'cashier', model: MODEL })
  expect(states).toEqual(['open'])
  expect(models).toEqual([MODEL])
})

test('sales are watched only by a page that wants them', () => {
  const sales: unknown[] = []
  const { link } = rig({ onSale: (sale) => sales.push(sale) })
  link(0).events.onOpen()
  expect(link(0).sent).toEqual([
    { kind: 'watch', topic: 'cashier' },
    { kind: 'watch', topic: 'sales' },
  ])
  const sale = paidSale()
  link(0).events.onFrame({ kind: 'sale', sale })
  expect(sales).toEqual([sale])
  expect(() => rig().link(0).events.onFrame({ kind: 'sale', sale })).not.toThrow()
})

test('answers are matched by id', async () => {
  const { connection, link } = rig()
  link(0).events.onOpen()
  const first = connection.call(ARM)
  const second = connection.call(ARM)
  const ids = link(0).sent.flatMap((frame) => (frame.kind === 'call' ? [frame.id] : []))
  const problem = {
    code: 'sale.busy',
    moneyTaken: 'no' as const,
    staff: { 'zh-CN': '忙', en: 'busy' },
    customer: { 'zh-CN': '', en: '' },
  }
  link(0).events.onFrame({ kind: 'answer', id: ids[1] ?? 0, ok: false, problem })
  link(0).events.onFrame({ kind: 'answer', id: ids[0] ?? 0, ok: true, value: {} })
  expect(await first).toEqual({ kind: 'done', value: {} })
  expect(await second).toEqual({ kind: 'refused', problem })
})

test('a silent link is given up within five seconds', () => {
  const { link, links, states, advance } = rig()
  link(0).events.onOpen()
  link(0).events.onFrame({ kind: 'cashier', model: MODEL })
  advance(LINE.silenceMaxMs)
  expect(states.at(-1)).toBe('lost')
  expect(link(0).closed).toBe(true)
  advance(250)
  expect(links).toHaveLength(2)
})

test('pongs keep it open', () => {
  const { link, links, states, advance } = rig()
  link(0).events.onOpen()
  link(0).events.onFrame({ kind: 'cashier', model: MODEL })
  for (let round = 0; round < 20; round += 1) {
    advance(1_000)
    link(0).events.onFrame({ kind: 'pong' })
  }
  expect(links).toHaveLength(1)
  expect(states).toEqual(['open'])
  expect(link(0).sent.filter((frame) => frame.kind === 'ping').length).toBeGreaterThan(10)
})

test('a link that answers but shows nothing is given up too', () => {
  const { link, states, advance } = rig()
  link(0).events.onOpen()
  for (let round = 0; round < 4; round += 1) {
    advance(1_000)
    link(0).events.onFrame({ kind: 'pong' })
  }
  expect(states).toEqual(['lost'])
})

test('it tries again fast at first, then every two seconds, for ever', () => {
  const { link, links, advance } = rig()
  const pauses: number[] = []
  for (let round = 0; round < 6; round += 1) {
    const at = links.length
    link(at - 1).events.onClosed()
    let waitedMs = 0
    while (links.length === at) {
      advance(250)
      waitedMs += 250
    }
    pauses.push(waitedMs)
  }
  expect(pauses).toEqual([250, 500, 1_000, 2_000, 2_000, 2_000])
})

test('a command without its answer goes again with the same clientId', async () => {
  const { connection, link, advance } = rig()
  link(0).events.onOpen()
  const answer = connection.call(ARM)
  link(0).events.onClosed()
  advance(250)
  link(1).events.onOpen()
  const again = link(1).sent.find((frame) => frame.kind === 'call')
  expect(again).toEqual(link(0).sent.find((frame) => frame.kind === 'call'))
  link(1).events.onFrame({ kind: 'answer', id: 1, ok: true, value: {} })
  expect(await answer).toEqual({ kind: 'done', value: {} })
})

test('a command while the line is down is not kept for later', async () => {
  const { connection, link, advance } = rig()
  expect(await connection.call(ARM)).toEqual({ kind: 'offline' })
  advance(LINE.openMaxMs + 250)
  link(1).events.onOpen()
  expect(link(1).sent.some((frame) => frame.kind === 'call')).toBe(false)
})

test('a command that nobody answers is lost, and is not sent again after that', async () => {
  const { connection, link, advance } = rig()
  link(0).events.onOpen()
  const answer: Promise<Answer> = connection.call(ARM)
  advance(LINE.callMaxMs)
  expect(await answer).toEqual({ kind: 'lost' })
})

test('frames of a link that was given up are ignored', () => {
  const { link, models, states, advance } = rig()
  link(0).events.onOpen()
  link(0).events.onClosed()
  advance(250)
  link(0).events.onFrame({ kind: 'cashier', model: MODEL })
  link(0).events.onClosed()
  expect(models).toEqual([])
  expect(states).toEqual(['lost'])
})

test('closing ends it', () => {
  const { connection, links, link, advance } = rig()
  link(0).events.onOpen()
  connection.close()
  advance(60_000)
  expect(links).toHaveLength(1)
  expect(link(0).closed).toBe(true)
})

test('a command that is sent once is not repeated on the next link, and is known to be lost', async () => {
  const { connection, link, advance } = rig()
  link(0).events.onOpen()
  const once = connection.call(ARM, 'once')
  const again = connection.call(ARM)
  link(0).events.onClosed()
  expect(await once).toEqual({ kind: 'lost' })
  advance(LINE.backOffMs[0])
  link(1).events.onOpen()
  expect(link(1).sent.filter(({ kind }) => kind === 'call')).toHaveLength(1)
  connection.close()
  expect(await again).toEqual({ kind: 'lost' })
})
