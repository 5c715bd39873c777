import { createHash, type Hash } from 'node:crypto'
import { createWriteStream, renameSync, rmSync } from 'node:fs'
import { Transform, type TransformCallback } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import type { Dispatcher } from 'undici'
import { err, ok, type Result } from '../../base/result.ts'
import { type ErrorCode, type Problem, problem } from '../../domain/errors.ts'
import { LIMITS } from '../../domain/limits.ts'
import type { FetchedBill } from '../../ports/bill-source.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Arrival } from '../classify.ts'
import { parseBillPlace, parseFailure } from '../codec.ts'
import type { HttpRequest } from './exchange.ts'

/** What fetching a bill needs of the gateway client. */
export type BillTools = {
  /** One signed GET, its answer verified. */
  ask(target: string): Promise<Arrival>
  sign(target: string): HttpRequest
  /** Connections to the configured hosts, the first one first; a bill is fetched from nowhere else. */
  readonly dispatchers: readonly Dispatcher[]
  readonly clock: Clock
}

/** The longest a download may take. */
const DOWNLOAD_MS = 600_000
const NO_TRADE = 'NO_STATEMENT_EXIST'
const NOT_READY = 'STATEMENT_CREATING'

/**
 * Fetches a trade bill (APIv3 "申请交易账单" and "下载账单"). The answer that names the file is signed;
 * the file is not, and its hash is over the unpacked bytes: it gets its name when that is right.
 */
export async function fetchBill(
  date: string,
  path: string,
  tools: BillTools,
): Promise<Result<FetchedBill, Problem>> {
  const target = `/v3/bill/tradebill?bill_date=${date}&bill_type=ALL&tar_type=GZIP`
  const arrival = await tools.ask(target)
  if (arrival.kind === 'failed') return refuse('bill.not_fetched', arrival.cause)
  const { answer, verdict } = arrival
  if (answer.status !== 200) {
    const code = parseFailure(answer.body)?.code ?? ''
    if (answer.status === 400 && code === NO_TRADE) return ok({ kind: 'no_trade' })
    if (answer.status === 400 && code === NOT_READY) return refuse('bill.not_ready')
    return refuse('bill.not_fetched', `status ${answer.status} ${code.slice(0, 40)}`.trim())
  }
  if (verdict.kind !== 'verified') return refuse('bill.not_fetched', 'the signature is not right')
  const place = parseBillPlace(answer.body)
  if (!place) return refuse('bill.not_fetched', 'the answer does not say where the bill is')
  const part = `${path}.part`
  try {
    const file = await downloadFromAny(place.target, part, tools)
    if (file.sha1 !== place.sha1) return refuse('bill.hash_mismatch')
    renameSync(part, path)
    return ok({ kind: 'file', path, sizeBytes: file.sizeBytes })
  } catch (cause) {
    return refuse('bill.not_fetched', cause instanceof Error ? cause.message : String(cause))
  } finally {
    rmSync(part, { force: true })
  }
}

/** A read changes nothing at the gateway: what one host does not give is asked of the next. */
async function downloadFromAny(target: string, path: string, tools: BillTools) {
  let failure: unknown
  for (const dispatcher of tools.dispatchers) {
    try {
      const use = { dispatcher, clock: tools.clock }
      return await download(tools.sign(target), path, use)
    } catch (cause) {
      failure ??= cause
    }
  }
  throw failure
}

/** Streams one file to the disk, unpacked. Rejects for whatever goes wrong. */
async function download(
  request: HttpRequest,
  path: string,
  tools: { readonly dispatcher: Dispatcher; readonly clock: Clock },
) {
  const stop = new AbortController()
  const cancel = tools.clock.after(DOWNLOAD_MS, () => stop.abort(new Error('not done in time')))
  try {
    const { target, method, headers } = request
    const { statusCode, body } = await tools.dispatcher.request({
      path: target,
      method,
      headers,
      signal: stop.signal,
    })
    if (statusCode !== 200) {
      await body.dump()
      throw new Error(`status ${statusCode} for the file`)
    }
    const measure = new Measure()
    const file = createWriteStream(path, { mode: 0o600 })
    await pipeline(body, createGunzip(), measure, file, { signal: stop.signal })
    return { sha1: measure.sha1(), sizeBytes: measure.sizeBytes }
  } finally {
    cancel()
  }
}

/** Passes bytes on, hashes them, and ends a file that is too large. */
class Measure extends Transform {
  readonly #hash: Hash = createHash('sha1')
  sizeBytes = 0

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.sizeBytes += chunk.length
    if (this.sizeBytes > LIMITS.billBytesMax) {
      done(new Error('the bill is too large'))
      return
    }
    this.#hash.update(chunk)
    done(null, chunk)
  }

  sha1(): string {
    return this.#hash.digest('hex')
  }
}

function refuse(code: ErrorCode, detail?: string): Result<never, Problem> {
  return err(problem(code, detail === undefined ? {} : { detail }))
}
