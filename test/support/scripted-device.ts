import { err, ok, type Result } from '../../src/base/result.ts'
import type { DeviceReaderParts } from '../../src/face/device-reader.ts'
import type { CallFlaw, DeviceService } from '../../src/face/device-service.ts'
import type { FaceOrder } from '../../src/ports/face.ts'
import type { ManualClock } from './manual-clock.ts'

/** What the scripted service does with a command: an answer, a flaw, or nothing until it is let go. */
export type DeviceAct = Readonly<Record<string, unknown>> | CallFlaw | 'never' | Uint8Array

/** A device service in memory: answers by command, the last of each staying. */
export type ScriptedDevice = DeviceService & {
  /** Requests so far, as objects. */
  readonly asked: readonly Readonly<Record<string, unknown>>[]
  /** Names of the commands so far. */
  commands(): readonly string[]
  on(command: string, ...acts: readonly DeviceAct[]): void
  /** Lets the oldest call that never returned answer after all. */
  answerLate(act: DeviceAct): void
  /** Answers that were given out and are not overwritten. */
  unwiped(): readonly string[]
  isClosed(): boolean
}

/** Makes a {@link ScriptedDevice}; what is not scripted succeeds. */
export function createScriptedDevice(): ScriptedDevice {
  const asked: Readonly<Record<string, unknown>>[] = []
  const acts = new Map<string, DeviceAct[]>([
    ['getWxpayfaceRawdata', [{ return_code: 'SUCCESS', rawdata: 'raw' }]],
    ['getWxpayfaceCode', [{ return_code: 'SUCCESS', face_code: '130000000000000001' }]],
  ])
  const given: Uint8Array[] = []
  const waiting: ((act: DeviceAct) => void)[] = []
  let closed = false
  const settle = (
    act: DeviceAct,
    resolve: (result: Result<Uint8Array, CallFlaw>) => void,
  ): void => {
    if (act === 'never') waiting.push((late) => settle(late, resolve))
    else if (typeof act === 'string') resolve(err(act))
    else {
      const bytes = act instanceof Uint8Array ? act : Buffer.from(JSON.stringify(act))
      given.push(bytes)
      resolve(ok(bytes))
    }
  }
  return {
    asked,
    commands: () => asked.map(({ cmd }) => String(cmd)),
    on: (command, ...next) => acts.set(command, [...next]),
    answerLate: (act) => waiting.shift()?.(act),
    unwiped: () =>
      given.filter((bytes) => bytes.some((byte) => byte !== 0)).map((one) => String(one)),
    isClosed: () => closed,
    call(request) {
      const fields: Readonly<Record<string, unknown>> = JSON.parse(Buffer.from(request).toString())
      asked.push(fields)
      const own = acts.get(String(fields.cmd)) ?? [{ return_code: 'SUCCESS' }]
      const act = own.length > 1 ? own.shift() : own[0]
      return new Promise((resolve) => settle(act ?? 'never', resolve))
    },
    wipe: (bytes) => bytes.fill(0),
    close: () => {
      closed = true
    },
  }
}

/** Lets everything run that waits for no timer. */
export async function settled(): Promise<void> {
  for (let count = 0; count < 5; count += 1) await new Promise((resolve) => setImmediate(resolve))
}

/** One order of 12.30 yuan whose consent was just given. */
export function faceOrder(clock: ManualClock, more: Partial<FaceOrder> = {}): FaceOrder {
  return {
    captureId: 'c'.repeat(32),
    outTradeNo: 'T20260101000001',
    amountFen: 1_230,
    storeId: 'store-1',
    grantVersion: 'grant-1/1',
    consent: { id: 'consent-1', noticeVersion: '1', atMs: clock.nowMs() },
    terms: {
      confirm: 'on_phone',
      livenessProfile: 'passive-1',
      sealingKeySha256: '0'.repeat(64),
      notice: { version: '1', handler: 'H', contact: 'C', recipient: 'R' },
    },
    ...more,
  }
}

/** A merchant of nobody. */
export const DEVICE_MERCHANT: DeviceReaderParts['merchant'] = {
  appId: 'wx0000000000000001',
  merchantId: '1900000001',
  storeId: 'store-1',
}
