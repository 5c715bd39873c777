import { createHash } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { type Dispatcher, EnvHttpProxyAgent, request } from 'undici'
import { err, ok, type Result } from '../../base/result.ts'
import type { Clock } from '../../ports/clock.ts'
import type { FaceModel } from '../models.ts'
import { modelPath } from './model-store.ts'

/** Why a model was not fetched from one place. */
export type DownloadFlaw =
  | 'unreachable'
  | 'silent'
  | 'not_there'
  | 'cut_short'
  | 'too_long'
  | 'wrong_digest'
  | 'bad_redirect'
  | 'not_written'

/** With what exactly, in English: a status, an address, a message of the system. */
export type DownloadFailure = {
  readonly flaw: DownloadFlaw
  readonly detail: string
}

/** What {@link fetchModel} needs. */
export type DownloadTools = {
  /** Where the model goes; made when it is not there. */
  readonly folder: string
  readonly clock: Pick<Clock, 'after'>
  readonly dispatcher: Dispatcher
  /** Bytes so far, of `model.bytes`. */
  readonly onBytes?: (bytes: number) => void
}

/** Longest wait for the next piece, milliseconds. */
const SILENCE_MS = 30_000
/** Longest one answer may take, milliseconds: a megabyte comes in that time by any line. */
const WHOLE_MS = 600_000
const REDIRECTS_MAX = 5
const REDIRECTS = [301, 302, 303, 307, 308]
/** An interrupted fetch leaves a file that ends so; the next one of that model removes it. */
const PART = '.part'

/** Connections by the proxies of the environment. @param caPem authority beside those of the system */
export function modelDispatcher(caPem?: string): Dispatcher {
  const ca = caPem === undefined ? {} : { ca: caPem }
  return new EnvHttpProxyAgent({ connect: ca, requestTls: ca })
}

/**
 * Fetches one model into its place: whole, on the disk and with the right digest, or not at all. The
 * name is given last, so a crash leaves the old file or none. Never rejects.
 *
 * @param from an `https` address or a file
 */
export async function fetchModel(
  model: FaceModel,
  from: string,
  tools: DownloadTools,
): Promise<Result<undefined, DownloadFailure>> {
  const path = modelPath(tools.folder, model)
  const part = `${path}.${process.pid}${PART}`
  try {
    prepare(tools.folder, model)
    await write(part, model, readPieces(from, tools))
    renameSync(part, path)
    syncFolder(tools.folder)
    return ok(undefined)
  } catch (cause) {
    dropPart(part)
    if (cause instanceof Refused) return err(cause.failure)
    return err({ flaw: 'not_written', detail: describe(cause) })
  }
}

/** What cannot be removed now is removed by the next fetch. */
function dropPart(part: string): void {
  try {
    rmSync(part, { force: true })
  } catch {}
}

/** Removes a model and what an interrupted fetch left of it. Throws when the disk refuses. */
export function removeModel(folder: string, model: FaceModel): void {
  if (!existsSync(folder)) return
  rmSync(modelPath(folder, model), { force: true })
  removeParts(folder, model)
}

function prepare(folder: string, model: FaceModel): void {
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  removeParts(folder, model)
}

function removeParts(folder: string, model: FaceModel): void {
  const left = readdirSync(folder).filter(
    (name) => name.startsWith(`${model.name}.onnx.`) && name.endsWith(PART),
  )
  for (const name of left) rmSync(join(folder, name), { force: true })
}

/** Writes pieces as they come, and stops at the first byte too many. */
async function write(
  part: string,
  model: FaceModel,
  pieces: AsyncIterable<Uint8Array>,
): Promise<void> {
  const file = openSync(part, 'wx', 0o644)
  const digest = createHash('sha256')
  let length = 0
  try {
    for await (const piece of pieces) {
      length += piece.length
      if (length > model.bytes) throw new Refused('too_long', `more than ${model.bytes} bytes`)
      digest.update(piece)
      writeAll(file, piece)
    }
    if (length < model.bytes) throw new Refused('cut_short', `${length} of ${model.bytes} bytes`)
    const hex = digest.digest('hex')
    if (hex !== model.sha256) throw new Refused('wrong_digest', `SHA-256 ${hex}`)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

function writeAll(file: number, piece: Uint8Array): void {
  for (let at = 0; at < piece.length; ) at += writeSync(file, piece, at)
}

function readPieces(from: string, tools: DownloadTools): AsyncIterable<Uint8Array> {
  const isAddress = /^[a-z][a-z0-9+.-]+:\/\//i.test(from)
  return counted(isAddress ? readAddress(from, tools) : readFile(from), tools.onBytes)
}

async function* counted(pieces: AsyncIterable<Uint8Array>, onBytes?: (bytes: number) => void) {
  let length = 0
  for await (const piece of pieces) {
    yield piece
    length += piece.length
    onBytes?.(length)
  }
}

async function* readFile(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path).catch((cause) => {
    throw new Refused('not_there', describe(cause))
  })
  try {
    yield* file.createReadStream({ autoClose: false })
  } catch (cause) {
    throw new Refused('not_there', describe(cause))
  } finally {
    await file.close()
  }
}

/** Follows redirects itself: only `https`, and not for ever. */
async function* readAddress(address: string, tools: DownloadTools): AsyncGenerator<Uint8Array> {
  let at = address
  for (let hop = 0; hop <= REDIRECTS_MAX; hop += 1) {
    if (!isHttps(at))
      throw new Refused(hop === 0 ? 'unreachable' : 'bad_redirect', `${at}: not https`)
    const watch = silenceWatch(tools.clock)
    try {
      const answer = await ask(at, tools.dispatcher, watch)
      const { statusCode, headers, body } = answer
      if (REDIRECTS.includes(statusCode)) {
        drop(body)
        at = nextAddress(at, headers.location)
        continue
      }
      if (statusCode !== 200) {
        drop(body)
        throw new Refused('not_there', `${at}: status ${statusCode}`)
      }
      yield* watched(body, watch)
      return
    } finally {
      watch.end()
    }
  }
  throw new Refused('bad_redirect', `${address}: more than ${REDIRECTS_MAX} redirects`)
}

/** Leaves a body unread; that it is cut short then is no news. */
function drop(body: Readable): void {
  body.on('error', () => {}).destroy()
}

type Watch = ReturnType<typeof silenceWatch>

/** Aborts when nothing came for {@link SILENCE_MS}, and after {@link WHOLE_MS} whatever came. */
function silenceWatch(clock: Pick<Clock, 'after'>) {
  const abort = new AbortController()
  const stop = () => abort.abort()
  const begin = () => clock.after(SILENCE_MS, stop)
  const cancelWhole = clock.after(WHOLE_MS, stop)
  let cancel = begin()
  return {
    signal: abort.signal,
    heard() {
      cancel()
      cancel = begin()
    },
    end() {
      cancel()
      cancelWhole()
    },
  }
}

async function ask(address: string, dispatcher: Dispatcher, watch: Watch) {
  try {
    const answer = await request(address, {
      dispatcher,
      signal: watch.signal,
      // A packed body would have another length and digest.
      headers: { 'accept-encoding': 'identity', 'user-agent': 'guitai' },
      // The clock of the caller says when it is too long.
      headersTimeout: 0,
      bodyTimeout: 0,
    })
    watch.heard()
    return answer
  } catch (cause) {
    throw refusedBy(cause, watch, 'unreachable')
  }
}

async function* watched(body: AsyncIterable<Uint8Array>, watch: Watch) {
  try {
    for await (const piece of body) {
      watch.heard()
      yield piece
    }
  } catch (cause) {
    throw refusedBy(cause, watch, 'cut_short')
  }
}

function refusedBy(cause: unknown, watch: Watch, flaw: DownloadFlaw): Refused {
  if (watch.signal.aborted) return new Refused('silent', 'no more came, or it took too long')
  return new Refused(flaw, describe(cause))
}

function nextAddress(from: string, location: string | string[] | undefined): string {
  if (typeof location !== 'string' || !URL.canParse(location, from)) {
    throw new Refused('bad_redirect', `${from}: redirected to nowhere`)
  }
  return new URL(location, from).href
}

function isHttps(address: string): boolean {
  return URL.canParse(address) && new URL(address).protocol === 'https:'
}

/** Ends reading with a failure that is told as a value. */
class Refused extends Error {
  readonly failure: DownloadFailure

  constructor(flaw: DownloadFlaw, detail: string) {
    super(detail)
    this.failure = { flaw, detail }
  }
}

function describe(cause: unknown): string {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  return inner instanceof Error ? inner.message : String(inner)
}

/** A name is given for good only when its folder is on the disk too. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
