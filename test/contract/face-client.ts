import {
  createCipheriv,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
} from 'node:crypto'
import { drawScene } from '../../src/sandbox/faces/scene.ts'
import type { TestTerminal, World } from './sandbox-services-client.ts'

type Json = Record<string, unknown>
/** What a picture is sealed for; every part of it is bound. */
export type Binding = {
  serial: string
  captureId: string
  outTradeNo: string
  amountFen: number
  storeId: string
  grant: string
  consentId: string
  noticeVersion: string
  atMs: number
}

const SPKI = Buffer.from('302a300506032b656e032100', 'hex')

/** Bytes that no machine reads anything from; the first says who is drawn. */
export function picture(person: number): Buffer {
  const pixels = Buffer.alloc(160 * 160 * 3, 0x5a)
  pixels[0] = person
  return Buffer.concat([Buffer.from('GTF1'), Buffer.from([0, 160, 0, 160]), pixels])
}

/** The reader the tests give to the sandbox: 255 is nobody that can be read. */
export const readPerson = (rgb: Uint8Array): number | undefined =>
  rgb[0] === 255 ? undefined : rgb[0]

/** What is shown to the camera, and typed. */
export type Shown = {
  readonly person?: number
  readonly digits?: string
  readonly sealedFor?: Binding
  readonly clear?: Uint8Array
}

/** The face of a drawn person and a margin of half its size, as it is sealed. */
export function drawn(person: number): Buffer {
  const options = { kind: 'person', personIds: [person], still: true } as const
  const scene = drawScene(1, options, 500)
  const box = scene.truth[0]?.box
  if (box === undefined) throw new Error('nobody was drawn')
  const whole = picture(0)
  const side = 2 * Math.max(box.width, box.height)
  const [left, top] = [box.x + box.width / 2 - side / 2, box.y + box.height / 2 - side / 2]
  for (let at = 0; at < 160 * 160; at += 1) {
    const x = Math.floor(left + (((at % 160) + 0.5) * side) / 160)
    const y = Math.floor(top + ((Math.floor(at / 160) + 0.5) * side) / 160)
    const isInside = x >= 0 && y >= 0 && x < scene.width && y < scene.height
    for (let channel = 0; channel < 3; channel += 1) {
      const value = isInside ? scene.rgba[(y * scene.width + x) * 4 + channel] : 0
      whole[8 + at * 3 + channel] = value ?? 0
    }
  }
  return whole
}

export function contextOf(binding: Binding): string {
  const { serial, captureId, outTradeNo, amountFen, storeId, grant } = binding
  const { consentId, noticeVersion, atMs } = binding
  const order = [serial, captureId, outTradeNo, amountFen, storeId, grant]
  return `GUITAI-FACE-V1\n${[...order, consentId, noticeVersion, atMs].join('\n')}\n`
}

/** The test's own sealing (docs/face.md, What is sealed). */
function seal(clear: Uint8Array, providerKey: Uint8Array, context: string) {
  const pair = generateKeyPairSync('x25519')
  const spki = pair.publicKey.export({ type: 'spki', format: 'der' })
  const ephemeral = spki.subarray(SPKI.length)
  const publicKey = createPublicKey({
    key: Buffer.concat([SPKI, providerKey]),
    format: 'der',
    type: 'spki',
  })
  const secret = diffieHellman({ privateKey: pair.privateKey, publicKey })
  const salt = Buffer.concat([ephemeral, providerKey])
  const key = Buffer.from(hkdfSync('sha256', secret, salt, 'GUITAI-FACE-V1', 32))
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(Buffer.from(context))
  const ciphertext = Buffer.concat([cipher.update(clear), cipher.final(), cipher.getAuthTag()])
  return {
    ephemeral_key: ephemeral.toString('base64'),
    nonce: nonce.toString('base64'),
    ciphertext: ciphertext.toString('base64'),
  }
}

let numbers = 0

/** A customer at a terminal of the sandbox who pays by face. */
export class FaceCustomer {
  readonly world: World
  readonly terminal: TestTerminal
  providerKey: Uint8Array = new Uint8Array()

  constructor(world: World, terminal: TestTerminal) {
    this.world = world
    this.terminal = terminal
  }

  async open(): Promise<this> {
    const answer = await this.terminal.call('GET', 'faces/key')
    this.providerKey = Buffer.from(String(answer.value.key), 'base64')
    return this
  }

  /** A new order, capture and consent. */
  binding(more: Partial<Binding> = {}): Binding {
    numbers += 1
    return {
      serial: this.terminal.serial,
      captureId: randomBytes(16).toString('hex'),
      outTradeNo: `FACE-ORDER-${numbers}`,
      amountFen: 1234,
      storeId: 'S001',
      grant: this.terminal.quote(),
      consentId: `CONSENT-${numbers}`,
      noticeVersion: '1',
      atMs: this.world.clock.nowMs(),
      ...more,
    }
  }

  /** The body of a request; what is sealed may be bound to something else. */
  body(binding: Binding, how: Shown = {}): Json {
    const { person = 1, digits = '0001', sealedFor = binding } = how
    const clear = how.clear ?? picture(person)
    const [grant_id, version] = binding.grant.split('/')
    return {
      capture_id: binding.captureId,
      out_trade_no: binding.outTradeNo,
      amount: binding.amountFen,
      store_id: binding.storeId,
      grant: { grant_id, version: Number(version) },
      consent: {
        id: binding.consentId,
        notice_version: binding.noticeVersion,
        at_ms: binding.atMs,
      },
      sealed: seal(clear, this.providerKey, contextOf(sealedFor)),
      confirm: { kind: 'digits', digits },
    }
  }

  /** Shows a face; what the service answers. */
  async show(binding: Binding, how: Parameters<FaceCustomer['body']>[1] = {}, more: Json = {}) {
    const { value } = await this.terminal.call('POST', 'faces', {
      ...this.body(binding, how),
      ...more,
    })
    return value
  }

  /** The headers of a charge by face. */
  headers(): Record<string, string> {
    return {
      'Guitai-Grant': this.terminal.quote(),
      'Guitai-Interface': 'FACEPAY',
      'Guitai-Place': '22543096,114057865,20,WGS-84',
    }
  }

  /** Charges a face code by v3. */
  async charge(code: unknown, order: { outTradeNo: string; amountFen: number }, headers?: Json) {
    const sent = (headers ?? this.headers()) as Record<string, string>
    const answer = await this.world.wire.charge(order.outTradeNo, order.amountFen, {
      code: String(code),
      headers: sent,
    })
    return {
      status: answer.status,
      value: JSON.parse(answer.body.toString('utf8')) as Json,
      reason: answer.headers['guitai-refusal'],
    }
  }
}
