import { type Problem, problem } from '../domain/errors.ts'
import type { Terminal } from '../ports/terminal.ts'
import type { ScreenModel } from '../screen/model.ts'
import type { Dispatch } from './dispatch.ts'
import {
  clientFrameSchema,
  type Scope,
  type ServerFrame,
  type Topic,
  WATCHERS,
} from './protocol.ts'
import { viewSale } from './views.ts'

/** One connected client, whatever carries the frames. */
export type Session = {
  /** Takes one frame as it came: text of a WebSocket, or a value of a MessagePort. */
  receive(frame: unknown): void
  /** Ends all subscriptions. */
  close(): void
}

export type SessionOptions = {
  readonly terminal: Terminal
  readonly dispatch: Dispatch
  readonly scopes: readonly Scope[]
  readonly send: (frame: ServerFrame) => void
}

/** What of a drawing goes to which screen: field by field, so that nothing is sent that is not named. */
const HALVES = {
  cashier: ({ revision, atMs, cashier }: ScreenModel): ServerFrame => ({
    kind: 'cashier',
    model: { revision, atMs, cashier },
  }),
  customer: ({ revision, atMs, customer }: ScreenModel): ServerFrame => ({
    kind: 'customer',
    model: { revision, atMs, customer },
  }),
} as const

/** Serves the frame protocol to one client. A frame that is not one is answered, never thrown. */
export function openSession(options: SessionOptions): Session {
  const { terminal, dispatch, scopes, send } = options
  const subscriptions = new Map<string, () => void>()

  function watch(topic: Topic): void {
    if (!WATCHERS[topic].some((scope) => scopes.includes(scope))) {
      send({
        kind: 'answer',
        id: -1,
        ok: false,
        problem: problem('api.forbidden', { detail: topic }),
      })
      return
    }
    if (subscriptions.has(topic)) return
    if (topic === 'sales') {
      subscriptions.set(
        topic,
        terminal.onSale((sale) => send({ kind: 'sale', sale: viewSale(sale) })),
      )
      return
    }
    const show = (model: ScreenModel) => send(HALVES[topic](model))
    subscriptions.set(topic, terminal.onScreen(show))
    show(terminal.screen())
  }

  return {
    receive(raw) {
      const frame = clientFrameSchema.safeParse(raw)
      if (!frame.success) {
        const id = idOf(raw)
        send({
          kind: 'answer',
          id,
          ok: false,
          problem: problem('api.bad_request', { detail: 'not a frame' }),
        })
        return
      }
      switch (frame.data.kind) {
        case 'ping':
          send({ kind: 'pong' })
          return
        case 'watch':
          watch(frame.data.topic)
          return
        case 'call': {
          const { id, operation, input } = frame.data
          const refuse = (refusal: Problem) =>
            send({ kind: 'answer', id, ok: false, problem: refusal })
          void dispatch(operation, input, scopes).then(
            (answer) =>
              answer.ok
                ? send({ kind: 'answer', id, ok: true, value: answer.value })
                : refuse(answer.error),
            () => refuse(problem('api.internal')),
          )
        }
      }
    },
    close() {
      for (const end of subscriptions.values()) end()
      subscriptions.clear()
    },
  }
}

function idOf(raw: unknown): number {
  const id = typeof raw === 'object' && raw !== null && 'id' in raw ? raw.id : undefined
  return typeof id === 'number' && Number.isInteger(id) ? id : -1
}
