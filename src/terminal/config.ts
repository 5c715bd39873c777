import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { err, ok, type Result } from '../base/result.ts'
import { admit } from '../checkout/admit.ts'
import { type Problem, problem } from '../domain/errors.ts'
import { SEALING_KEY_PLACES, type SealingKey } from '../ports/secrets.ts'
import { checkFace, faceSchema } from './face-config.ts'
import { dataHome } from './folders.ts'
import { riskSchema } from './risk-terms.ts'

const file = (what: string) =>
  z
    .string()
    .min(1)
    .meta({ description: `${what}; a path, relative to the configuration file` })
const origin = (what: string) =>
  z
    .string()
    .regex(/^https:\/\/[^/\s]+$/, 'must be https://host or https://host:port, without a path')
    .meta({ description: what })
const milliseconds = (what: string) =>
  z
    .number()
    .int()
    .min(100)
    .max(120_000)
    .meta({ description: `${what}, milliseconds` })
const route = (what: string) =>
  z
    .enum(['v3', 'v2'])
    .default('v3')
    .meta({ description: `${what}: v3, or v2 with an APIv2 key` })
const usbId = z.string().regex(/^(0x)?[0-9a-fA-F]{1,4}$/, 'a hexadecimal USB number')
const usb = z
  .strictObject({
    vendorId: usbId.meta({ description: 'USB vendor number, hexadecimal' }),
    productId: usbId.meta({ description: 'USB product number, hexadecimal' }),
    serialNumber: z.string().optional().meta({ description: 'USB serial number' }),
  })
  .optional()
  .meta({ description: 'finds the port again wherever it is plugged in' })
const portPath = z.string().min(1).optional().meta({
  description: 'device file, a link to one, or COM name; relative to the configuration file',
})
const baudRate = z
  .number()
  .int()
  .min(300)
  .max(921_600)
  .default(9_600)
  .meta({ description: 'bits per second' })
const isNamed = (device: { readonly path?: unknown; readonly usb?: unknown }) =>
  device.path !== undefined || device.usb !== undefined
const NOT_NAMED = { message: 'needs path or usb', path: ['path'] }

const services = z
  .strictObject({
    address: origin('address of the terminal services'),
    caFile: file(
      'their certificate authority, PEM; absent: that of the gateway, or those of the system',
    ).optional(),
    serial: z
      .string()
      .regex(/^[0-9A-Za-z_-]{1,50}$/, '1 to 50 letters, digits, _ or -')
      .optional()
      .meta({ description: 'serial this terminal is enrolled under; absent: terminalId' }),
    deviceType: z
      .enum(['10', '09'])
      .default('10')
      .meta({ description: '10: reads codes; 09: face pay' }),
    refreshEveryMs: z
      .number()
      .int()
      .min(60_000)
      .max(3_600_000)
      .default(300_000)
      .meta({ description: 'how often everything is asked for again, milliseconds' }),
    gnss: z
      .strictObject({ path: portPath, usb, baudRate })
      .refine(isNamed, NOT_NAMED)
      .optional()
      .meta({
        description:
          'satellite receiver that says where the terminal is, NMEA 0183, 8N1; once named, nothing else says it',
      }),
    position: z
      .strictObject({
        latE6: z
          .number()
          .int()
          .min(-90_000_000)
          .max(90_000_000)
          .meta({ description: 'latitude, millionths of a degree' }),
        lonE6: z
          .number()
          .int()
          .min(-180_000_000)
          .max(180_000_000)
          .meta({ description: 'longitude, millionths of a degree' }),
        datum: z.enum(['WGS-84', 'GCJ-02']).meta({ description: 'its datum' }),
        accuracyM: z
          .number()
          .int()
          .min(1)
          .max(10_000)
          .meta({ description: 'how far the truth may be off, metres' }),
      })
      .optional()
      .meta({
        description:
          'a position for rehearsals: counts only under a grant whose gateway is on this machine, as that of the sandbox',
      }),
    unknownPlaceMs: z.number().int().min(0).max(1_800_000).default(600_000).meta({
      description:
        "for how long an unknown place is borne in the store's own network, milliseconds",
    }),
    hasOtherTender: z
      .boolean()
      .default(true)
      .meta({ description: 'cash or another way to pay is taken beside this terminal' }),
    risk: riskSchema,
  })
  .optional()
  .meta({
    description: 'the service that grants what this terminal may do; absent: no scene is enforced',
  })
const scene = z.enum(['enforced', 'open']).default('enforced').meta({
  description:
    'open: this terminal charges without a grant, which a gateway other than a sandbox of this machine needs to be told here; enforced: by services',
})

const serialScanner = z
  .strictObject({
    kind: z.literal('serial').meta({ description: 'a scanner on a serial line or USB-COM' }),
    id: z.string().min(1).max(40).optional().meta({ description: 'name on screens and in logs' }),
    path: portPath,
    usb,
    baudRate,
    dataBits: z.literal([7, 8]).default(8).meta({ description: 'data bits' }),
    parity: z.enum(['none', 'even', 'odd']).default('none').meta({ description: 'parity' }),
    stopBits: z.literal([1, 2]).default(1).meta({ description: 'stop bits' }),
    suffix: z
      .enum(['cr', 'lf', 'crlf', 'tab', 'none'])
      .default('cr')
      .meta({ description: 'what ends a label; with none, silence does' }),
    gapMs: z.number().int().min(5).max(5_000).optional().meta({
      description: 'silence that ends a label, milliseconds',
    }),
  })
  .refine(isNamed, NOT_NAMED)

/** The configuration file of one terminal. Every field is checked; an unknown one is refused. */
export const configSchema = z.strictObject({
  terminalId: z
    .string()
    .regex(/^[0-9A-Za-z_-]{1,32}$/, '1 to 32 letters, digits, _ or -')
    .meta({ description: "the merchant's number for this terminal; sent as scene_info.device_id" }),
  store: z.strictObject({
    id: z
      .string()
      .regex(/^[0-9A-Za-z]{1,256}$/, 'letters and digits only')
      .meta({ description: "the merchant's own store code; sent as store_info.out_id" }),
    name: z
      .string()
      .max(60)
      .refine((name) => admit({ amountFen: 1, currency: 'CNY', description: name }).ok, {
        message: 'must be text that fits on a bill: not blank, no control characters, no emoji',
      })
      .meta({ description: 'shown on screens and on the bill' }),
    refundsAtCounter: z.boolean().default(false).meta({
      description: "refunds may be made at the cashier's screen; else only over the API",
    }),
  }),
  merchant: z
    .strictObject({
      id: z
        .string()
        .regex(/^\d{8,32}$/, 'digits')
        .meta({ description: 'mchid' }),
      appId: z.string().min(1).max(32).meta({ description: 'appid bound to the mchid' }),
      signature: z.enum(['rsa', 'sm2']).default('rsa').meta({
        description:
          'how requests and answers are signed: rsa, or sm2 (SM2 over SM3, sealed by SM4) for a merchant that the gateway has set up for it; only with calls by v3',
      }),
      certificateFile: file(
        'merchant API certificate, PEM; absent, with its key: the one that was imported',
      ).optional(),
      privateKeyFile: file('its private key, PEM, readable by its owner only').optional(),
      apiV3KeyFile: file('APIv3 key, 32 characters, readable by its owner only').optional(),
      apiV2KeyFile: file(
        'APIv2 key, 32 characters, readable by its owner only; needed for calls by v2',
      ).optional(),
    })
    .refine(
      ({ certificateFile, privateKeyFile }) =>
        (certificateFile === undefined) === (privateKeyFile === undefined),
      { message: 'certificate and key are given both or neither', path: ['privateKeyFile'] },
    ),
  secrets: z
    .strictObject({
      store: z.enum(SEALING_KEY_PLACES).default('file').meta({
        description:
          "where the key that seals imported keys is kept: file, or electron: wrapped by the operating system's key store, which only the app can open; changed by guitai secrets move; pkcs11 and tpm are refused by this build",
      }),
      keyFile: file(
        'file of the sealing key, in a folder of its own, where a wrapped key stands too; absent: keys/sealing.json in the data folder',
      ).optional(),
    })
    .default({ store: 'file' })
    .meta({ description: 'how imported keys are sealed' }),
  gateway: z.strictObject({
    primary: origin('address of the gateway'),
    backup: origin('second address of the same gateway').optional(),
    caFile: file(
      'certificate authority of the gateway, PEM; absent: those of the system',
    ).optional(),
    deviceIp: z
      .union([z.ipv4(), z.ipv6()])
      .default('127.0.0.1')
      .meta({ description: "this terminal's address; sent as scene_info.device_ip" }),
    verification: z
      .discriminatedUnion('mode', [
        z.strictObject({
          mode: z
            .literal('certificates')
            .meta({ description: 'by platform certificates, downloaded' }),
        }),
        z.strictObject({
          mode: z.literal('public_key').meta({ description: 'by the WeChat Pay public key' }),
          id: z
            .string()
            .regex(/^PUB_KEY_ID_[0-9A-Za-z]{1,64}$/, 'PUB_KEY_ID_…')
            .meta({
              description: 'id of the public key',
            }),
          file: file('the public key, PEM'),
        }),
      ])
      .default({ mode: 'certificates' })
      .meta({ description: 'by what answers are verified' }),
    calls: z
      .strictObject({
        charge: route('charges'),
        query: route('questions after a charge'),
        reverse: route('reversals'),
        refund: route('refunds and questions after one'),
      })
      .default({ charge: 'v3', query: 'v3', reverse: 'v3', refund: 'v3' })
      .meta({ description: 'by which API each kind of call goes' }),
    refundNotifyUrl: z
      .string()
      .max(256)
      .regex(/^https:\/\/[^\s?#@]+$/, 'must be https, without a query or a user')
      .optional()
      .meta({
        description:
          "where the gateway tells what became of a refund: the merchant's own address, whose proxy passes it on to /v1/notify/refund of the local API; needs the APIv3 key, and refunds by v3",
      }),
    connectTimeoutMs: milliseconds('longest wait for a connection').default(5_000),
    headersTimeoutMs: milliseconds('longest wait for an answer to begin').default(12_000),
    bodyTimeoutMs: milliseconds('longest pause inside an answer').default(5_000),
  }),
  services,
  scene,
  face: faceSchema,
  operators: z
    .strictObject({
      lockAfterMs: z.number().int().min(10_000).max(3_600_000).default(120_000).meta({
        description:
          'a signed-in operator is signed out after so long without a call, milliseconds',
      }),
    })
    .default({ lockAfterMs: 120_000 })
    .meta({ description: 'people who sign in at a screen' }),
  scanners: z.array(serialScanner).max(4).default([]).meta({ description: 'at most four' }),
  api: z
    .strictObject({
      port: z.number().int().min(0).max(65_535).default(0).meta({
        description: 'port of the local API on loopback; 0: chosen once and kept',
      }),
      origins: z
        .array(z.string().regex(/^https?:\/\/[^/\s]+$/, 'an origin, without a path'))
        .max(20)
        .default([])
        .meta({ description: 'web origins that may call the local API' }),
    })
    .default({ port: 0, origins: [] })
    .meta({ description: 'the local API' }),
  dataDir: z.string().min(1).optional().meta({
    description:
      "folder of journal, tokens, cache and logs, relative to the configuration file; absent: a folder named after the terminal in the platform's place for data",
  }),
})

export type Config = Omit<z.output<typeof configSchema>, 'dataDir'> & {
  /** Folder that relative paths start from. */
  readonly baseDir: string
  /** Folder of journal, tokens, cache and logs, absolute. */
  readonly dataDir: string
  /** The sealing key of the system's store, where the program that runs this has it. */
  readonly systemKey?: SealingKey
}

/** Reads and checks a configuration file. The problem names the field. */
export function readConfig(path: string): Result<Config, Problem> {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    return err(problem('config.file_unreadable', { field: path, detail: describe(cause) }))
  }
  return parseConfig(text, dirname(resolve(path)))
}

/** Checks the text of a configuration file. */
export function parseConfig(text: string, baseDir: string): Result<Config, Problem> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    return err(problem('config.not_json', { detail: describe(cause) }))
  }
  const parsed = configSchema.safeParse(value)
  if (parsed.success) {
    const { dataDir, terminalId } = parsed.data
    const face = checkFace(parsed.data)
    if (!face.ok) return face
    const folder = dataDir === undefined ? join(dataHome(), terminalId) : resolve(baseDir, dataDir)
    return ok({ ...parsed.data, baseDir, dataDir: folder })
  }
  const issue = parsed.error.issues[0]
  const extra = issue?.code === 'unrecognized_keys' ? issue.keys : []
  const field = [...(issue?.path ?? []), ...extra.slice(0, 1)].join('.')
  const detail = extra.length > 0 ? 'unknown field' : issue?.message
  return err(
    problem('config.invalid_field', {
      ...(field === '' ? {} : { field }),
      ...(detail === undefined ? {} : { detail }),
    }),
  )
}

function describe(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
