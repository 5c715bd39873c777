import { err, ok, type Result } from '../base/result.ts'

/** One field on the wire of the device service. */
type Field = {
  /** `digits`: a whole number that comes as a number or as its digits. */
  readonly type: 'text' | 'int' | 'digits'
  /** Characters of a text, or the largest number. */
  readonly max: number
  readonly required?: true
}
type Fields = Readonly<Record<string, Field>>

const text = (max: number): Field => ({ type: 'text', max })
const needed = (max: number): Field => ({ type: 'text', max, required: true })
const int = (max: number): Field => ({ type: 'int', max })

const MERCHANT = {
  appid: needed(32),
  mch_id: needed(32),
  sub_appid: text(32),
  sub_mch_id: text(32),
  store_id: needed(32),
} as const satisfies Fields

const PROXY = {
  proxy_type: int(3),
  ip: text(128),
  port: text(5),
  user: text(128),
  passwd: text(128),
} as const satisfies Fields

/** `authinfo`, as the merchant's side was given it (`get_wxpayface_authinfo`, authinfo, string(4096)). */
const AUTH_INFO = needed(4_096)

type Command = {
  readonly request: Fields
  /** What is read of an answer; everything else in it is left alone, and nobody's name is in this list. */
  readonly response: Fields
  /** How long an answer is waited for. A capture has its own limit. Milliseconds. */
  readonly timeoutMs: number
  /** Whether the answer is about a customer: then not even its message is told to staff. */
  readonly aboutCustomer: boolean
}

/**
 * The commands of the device service that a payment takes (device SDK for Windows and Linux, facepay:
 * initWxpayface … releaseWxpayface). Recognition without a payment and code scanning are not among them:
 * a face is for this order alone (F-17), and codes come from scanners.
 */
export const DEVICE_COMMANDS = {
  initWxpayface: {
    request: PROXY,
    response: {},
    timeoutMs: 30_000,
    aboutCustomer: false,
  },
  getWxpayfaceRawdata: {
    request: {},
    response: { rawdata: needed(2_048) },
    timeoutMs: 15_000,
    aboutCustomer: false,
  },
  getWxpayfaceCode: {
    request: {
      ...MERCHANT,
      out_trade_no: needed(32),
      // Digits in a text, as devices are known to take it.
      total_fee: needed(10),
      face_code_type: needed(1),
      face_authtype: needed(16),
      authinfo: AUTH_INFO,
      screen_index: int(16),
    },
    response: {
      face_code: needed(128),
      underage_state: { type: 'digits', max: 2 },
      // Not documented; a service that says for which order it is has to mean ours.
      out_trade_no: text(32),
    },
    timeoutMs: 60_000,
    aboutCustomer: true,
  },
  updateWxpayfacePayResult: {
    request: { ...MERCHANT, authinfo: AUTH_INFO, payresult: needed(7) },
    response: {},
    timeoutMs: 5_000,
    aboutCustomer: true,
  },
  stopWxpayface: {
    request: { ...MERCHANT, authinfo: AUTH_INFO },
    response: {},
    timeoutMs: 5_000,
    aboutCustomer: true,
  },
  releaseWxpayface: { request: {}, response: {}, timeoutMs: 3_000, aboutCustomer: false },
} as const satisfies Readonly<Record<string, Command>>

export type DeviceCommand = keyof typeof DEVICE_COMMANDS

/** Values of a request or an answer, by the names of the wire. */
export type DeviceFields = Readonly<Record<string, string | number | undefined>>

/** Why an answer cannot be used. */
export type AnswerFlaw =
  /** Not JSON, or not an object. */
  | 'not_json'
  /** A field is missing, too long, or of another type. */
  | 'wrong_field'

/** An answer, taken apart. */
export type DeviceAnswer = {
  /** `return_code` as it came, at most 64 characters. */
  readonly returnCode: string
  /** `err_code`, 0 where there is none. */
  readonly errCode: number
  /** `return_msg` without control characters; empty for commands about a customer. */
  readonly message: string
  /** Of a success, the fields of the command; of anything else, nothing. */
  readonly fields: DeviceFields
}

const MESSAGE_MAX = 128
const RETURN_CODE_MAX = 64

function fits(field: Field, value: unknown): value is string | number {
  if (field.type === 'text') return typeof value === 'string' && value.length <= field.max
  const isWhole = typeof value === 'number' && Number.isSafeInteger(value)
  return isWhole && value >= 0 && value <= field.max
}

/** A number that some services write as text. */
function read(field: Field, value: unknown): unknown {
  const isDigits = field.type === 'digits' && typeof value === 'string' && /^\d{1,10}$/.test(value)
  return isDigits ? Number(value) : value
}

/** The fields of `table` in `values`; an error names the first that does not fit. */
function pick(
  table: Fields,
  values: Readonly<Record<string, unknown>>,
): Result<DeviceFields, string> {
  const picked: Record<string, string | number> = {}
  for (const [name, field] of Object.entries(table)) {
    const value = Object.hasOwn(values, name) ? read(field, values[name]) : undefined
    if (value === undefined || value === null) {
      if (field.required) return err(name)
      continue
    }
    if (!fits(field, value) || (field.required && value === '')) return err(name)
    picked[name] = value
  }
  return ok(picked)
}

/**
 * The bytes of one request: UTF-8 JSON with `cmd`, `version` "1" and `now` in whole seconds.
 *
 * @param nowMs Unix milliseconds
 * @returns the name of a field that is missing or does not fit, as an error
 */
export function encodeRequest(
  command: DeviceCommand,
  fields: DeviceFields,
  nowMs: number,
): Result<Uint8Array, string> {
  const picked = pick(DEVICE_COMMANDS[command].request, fields)
  if (!picked.ok) return picked
  const common = { cmd: command, version: '1', now: Math.floor(nowMs / 1_000) }
  return ok(new TextEncoder().encode(JSON.stringify({ ...common, ...picked.value })))
}

function parseObject(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? { ...value } : undefined
  } catch {
    return undefined
  }
}

/**
 * Takes an answer apart. Total: whatever the bytes are, it answers. Only the fields of the command's own
 * table are read; `openid`, names and telephone numbers are in none of them.
 */
export function decodeAnswer(
  command: DeviceCommand,
  bytes: Uint8Array,
): Result<DeviceAnswer, AnswerFlaw> {
  const { response, aboutCustomer } = DEVICE_COMMANDS[command]
  const values = parseObject(bytes)
  if (values === undefined) return err('not_json')
  const returnCode = values.return_code
  if (typeof returnCode !== 'string' || returnCode.length > RETURN_CODE_MAX)
    return err('wrong_field')
  const errCode = read({ type: 'digits', max: 0 }, values.err_code ?? 0)
  if (typeof errCode !== 'number' || !Number.isSafeInteger(errCode)) return err('wrong_field')
  const said = values.return_msg
  const message = typeof said === 'string' && !aboutCustomer ? plain(said) : ''
  if (returnCode !== 'SUCCESS') return ok({ returnCode, errCode, message, fields: {} })
  const picked = pick(response, values)
  if (!picked.ok) return err('wrong_field')
  return ok({ returnCode, errCode, message, fields: picked.value })
}

function plain(said: string): string {
  return said.replace(/[^\p{L}\p{N}\p{P}\p{Zs}]/gu, ' ').slice(0, MESSAGE_MAX)
}
