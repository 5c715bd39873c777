import type { Dispatcher } from 'undici'
import { LIMITS } from '../../domain/limits.ts'
import type { Clock } from '../../ports/clock.ts'
import type { TransportFailure } from '../classify.ts'
import type { RawAnswer } from '../verify.ts'
import type { GrantProof } from './grant-proof.ts'

/** Time limits of one exchange, each for its own part. */
export type Timeouts = {
  /** From asking to a connection that is ready to be written to. */
  readonly connectMs: number
  /** From the first byte sent to the end of the answer's headers. */
  readonly headersMs: number
  /** From there to the last byte of the body, however slowly it drips. */
  readonly bodyMs: number
}

/** One request, ready to be sent. */
export type HttpRequest = {
  readonly method: 'GET' | 'POST'
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** By what it charges, for the proof; absent: by a payment code, or it is no charge. */
  readonly interface?: 'FACEPAY'
  /** It changes nothing at the gateway: the other host may get it whatever became of the first try. */
  readonly isRepeatable?: true
  /** What it carries of the grant, begun beforehand; a transport begins it when it is absent. */
  readonly proof?: Promise<GrantProof | undefined>
  /** Called just before the first byte leaves. */
  readonly onSent?: () => void
}

/** How an exchange with one host ended. `detail` is for the log. */
export type HostExchange =
  | { readonly kind: 'answered'; readonly answer: RawAnswer }
  | (TransportFailure & { readonly detail: string })

/** What an exchange needs beside the request. */
export type ExchangeTools = {
  readonly dispatcher: Dispatcher
  readonly clock: Clock
  readonly timeouts: Timeouts
}

/** Sends one request to one host, once. Never rejects; ends within the sum of the time limits. */
export function exchange(request: HttpRequest, tools: ExchangeTools): Promise<HostExchange> {
  return new Promise((resolve) => {
    const handler = new ExchangeHandler(request, tools, resolve)
    try {
      tools.dispatcher.dispatch(
        {
          path: request.target,
          method: request.method,
          headers: request.headers,
          body: request.method === 'GET' ? null : request.body,
        },
        handler,
      )
    } catch (error) {
      handler.onResponseError(undefined, error as Error)
    }
  })
}

/**
 * Follows one request through its life. It counts as sent from the moment it is handed to a
 * connected socket, whether or not a byte really left: in doubt it was sent.
 */
class ExchangeHandler implements Dispatcher.DispatchHandler {
  readonly #request: HttpRequest
  readonly #tools: ExchangeTools
  readonly #resolve: (end: HostExchange) => void
  #controller: Dispatcher.DispatchController | undefined
  #cancelTimer: () => void
  #done = false
  #sent = false
  #status = 0
  #headers: Record<string, string> = {}
  #chunks: Uint8Array[] = []
  #sizeBytes = 0

  constructor(request: HttpRequest, tools: ExchangeTools, resolve: (end: HostExchange) => void) {
    this.#request = request
    this.#tools = tools
    this.#resolve = resolve
    this.#cancelTimer = tools.clock.after(tools.timeouts.connectMs, () => {
      this.#fail('gateway.unreachable', 'no connection in time')
    })
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#done) {
      // Reported as unsent already: nothing may be written any more, and nothing has been.
      controller.abort(new Error('given up before it was sent'))
      return
    }
    this.#sent = true
    this.#limit(this.#tools.timeouts.headersMs, 'no answer in time')
    this.#request.onSent?.()
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) return
    this.#status = status
    this.#headers = flatten(headers)
    this.#limit(this.#tools.timeouts.bodyMs, 'body not complete in time')
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    this.#sizeBytes += chunk.length
    if (this.#sizeBytes > LIMITS.answerBytesMax) {
      this.#fail('gateway.unreadable', 'answer too large')
      return
    }
    this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    const body = this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks)
    const answer = { status: this.#status, headers: this.#headers, body: body ?? new Uint8Array() }
    this.#end({ kind: 'answered', answer })
  }

  onResponseError(_controller: unknown, error: Error): void {
    const { code } = error as { code?: unknown }
    const detail = typeof code === 'string' ? code : error.name
    this.#fail(this.#causeOf(detail), detail)
  }

  #causeOf(detail: string): TransportFailure['cause'] {
    if (!this.#sent) return 'gateway.unreachable'
    if (detail === 'UND_ERR_HEADERS_TIMEOUT' || detail === 'UND_ERR_BODY_TIMEOUT') {
      return 'gateway.timeout'
    }
    return 'gateway.cut_off'
  }

  #limit(limitMs: number, detail: string): void {
    this.#cancelTimer()
    if (this.#done) return
    this.#cancelTimer = this.#tools.clock.after(limitMs, () => {
      this.#fail('gateway.timeout', detail)
    })
  }

  #fail(cause: TransportFailure['cause'], detail: string): void {
    if (this.#done) return
    this.#end({ kind: 'failed', cause, sent: this.#sent, detail })
    this.#controller?.abort(new Error(detail))
  }

  #end(end: HostExchange): void {
    if (this.#done) return
    this.#done = true
    this.#cancelTimer()
    this.#chunks = []
    this.#resolve(end)
  }
}

function flatten(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue
    flat[name.toLowerCase()] = typeof value === 'string' ? value : value.join(', ')
  }
  return flat
}
