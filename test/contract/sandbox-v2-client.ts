import { createHash, createHmac, randomBytes, webcrypto } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Agent } from 'node:https'
import { join } from 'node:path'
import * as x509 from '@peculiar/x509'
import type { WireAnswer, WireClient } from './sandbox-client.ts'
import { freshCode } from './sandbox-client.ts'

export type Fields = Record<string, string>
export type V2Sending = {
  readonly fields: Fields
  readonly headers?: Record<string, string>
  readonly agent?: Agent
  /** Sent in place of the signed message. */
  readonly body?: string
  readonly method?: string
}
export type V2Answer = {
  readonly wire: WireAnswer
  /** Undefined when the body is no XML. */
  readonly fields: Fields | undefined
  readonly signature: 'good' | 'bad' | 'none'
}

type SignType = 'MD5' | 'HMAC-SHA256'

/** A v2 client of the test's own: its own XML and its own signing. */
export class V2Client {
  readonly #dir: string
  readonly #wire: WireClient
  readonly #agents: Agent[] = []
  signType: SignType = 'HMAC-SHA256'

  constructor(dir: string, wire: WireClient) {
    this.#dir = dir
    this.#wire = wire
  }

  #file(name: string): string {
    return readFileSync(join(this.#dir, name), 'utf8')
  }

  sign(fields: Fields, type: SignType = this.signType): string {
    const key = this.#file('apiv2.key')
    const names = Object.keys(fields).filter((name) => name !== 'sign' && fields[name] !== '')
    const text = `${names
      .sort()
      .map((name) => `${name}=${fields[name]}&`)
      .join('')}key=${key}`
    const hash = type === 'MD5' ? createHash('md5') : createHmac('sha256', key)
    return hash.update(text).digest('hex').toUpperCase()
  }

  /** Ends what `agentWith` opened. */
  close(): void {
    for (const agent of this.#agents) agent.destroy()
  }

  /** Connections that show a client certificate: the merchant's, or another. */
  agentWith(pair?: { readonly cert: string; readonly key: string }): Agent {
    const own = () => ({
      cert: this.#file('apiclient_cert.pem'),
      key: this.#file('apiclient_key.pem'),
    })
    const agent = new Agent({ ...(pair ?? own()), keepAlive: false })
    this.#agents.push(agent)
    return agent
  }

  /** The whole of a request: common fields, and the signature. */
  signed(fields: Fields): Fields {
    const whole: Fields = {
      appid: 'wxsandbox00000001',
      mch_id: '1900000001',
      nonce_str: randomBytes(16).toString('hex'),
      ...(this.signType === 'MD5' ? {} : { sign_type: this.signType }),
      ...fields,
    }
    return { ...whole, sign: this.sign(whole) }
  }

  async send(path: string, sending: V2Sending): Promise<V2Answer> {
    const body = sending.body ?? toXml(this.signed(sending.fields))
    const wire = await this.#wire.send({
      method: sending.method ?? 'POST',
      path,
      body,
      headers: { 'Content-Type': 'text/xml', ...sending.headers },
      ...(sending.agent ? { agent: sending.agent } : {}),
      auth: { whole: null },
    })
    const fields = fromXml(wire.body.toString('utf8'))
    const sign = fields?.sign
    if (fields === undefined || sign === undefined) return { wire, fields, signature: 'none' }
    return { wire, fields, signature: sign === this.sign(fields) ? 'good' : 'bad' }
  }

  charge(outTradeNo: string, amountFen: number, more: Partial<V2Sending> = {}): Promise<V2Answer> {
    const fields = { ...chargeFields(outTradeNo, amountFen), ...more.fields }
    return this.send('/pay/micropay', { ...more, fields })
  }

  query(outTradeNo: string, more: Partial<V2Sending> = {}): Promise<V2Answer> {
    return this.send('/pay/orderquery', { ...more, fields: { out_trade_no: outTradeNo } })
  }

  reverse(outTradeNo: string, more: Partial<V2Sending> = {}): Promise<V2Answer> {
    const fields = { out_trade_no: outTradeNo, ...more.fields }
    return this.send('/secapi/pay/reverse', { agent: this.agentWith(), ...more, fields })
  }

  refund(fields: Fields, more: Partial<V2Sending> = {}): Promise<V2Answer> {
    return this.send('/secapi/pay/refund', { agent: this.agentWith(), ...more, fields })
  }

  queryRefund(outRefundNo: string, more: Partial<V2Sending> = {}): Promise<V2Answer> {
    return this.send('/pay/refundquery', { ...more, fields: { out_refund_no: outRefundNo } })
  }
}

export function refundFields(
  outTradeNo: string,
  outRefundNo: string,
  fen: { readonly refund: number; readonly total: number },
): Fields {
  return {
    out_trade_no: outTradeNo,
    out_refund_no: outRefundNo,
    total_fee: String(fen.total),
    refund_fee: String(fen.refund),
    refund_desc: '商品退货',
  }
}

export function chargeFields(outTradeNo: string, amountFen: number): Fields {
  return {
    device_info: 'POS01',
    body: '咖啡 & <面包>',
    out_trade_no: outTradeNo,
    total_fee: String(amountFen),
    spbill_create_ip: '127.0.0.1',
    auth_code: freshCode(),
  }
}

export function toXml(fields: Fields): string {
  const lines = Object.entries(fields).map(
    ([name, value]) => `<${name}><![CDATA[${value}]]></${name}>`,
  )
  return `<xml>${lines.join('')}</xml>`
}

/** The fields of an answer; undefined when the body is not a whole flat message. */
export function fromXml(text: string): Fields | undefined {
  const body = /^<xml>([\s\S]*)<\/xml>$/.exec(text.trim())?.[1]
  if (body === undefined) return undefined
  const fields: Fields = {}
  const element = /<(\w+)>(?:<!\[CDATA\[([\s\S]*?)\]\]>|([^<]*))<\/\1>/g
  for (const [, name = '', marked, bare] of body.matchAll(element)) {
    fields[name] = marked ?? bare ?? ''
  }
  return fields
}

const ELLIPTIC = { name: 'ECDSA', namedCurve: 'P-256' }
const newKeys = () => webcrypto.subtle.generateKey(ELLIPTIC, true, ['sign', 'verify'])
const pemOf = async (key: webcrypto.CryptoKey): Promise<string> =>
  x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')

/** A client certificate for a merchant, issued by the sandbox's authority or by a stranger. */
export async function issueCertificate(
  dir: string,
  wanted: {
    readonly merchantId: string
    readonly fromMs: number
    readonly toMs: number
    readonly by: 'sandbox' | 'stranger'
  },
): Promise<{ cert: string; key: string }> {
  const keys = await newKeys()
  const authority = new x509.X509Certificate(readFileSync(join(dir, 'merchant_ca.pem'), 'utf8'))
  const pem = readFileSync(join(dir, 'merchant_ca_key.pem'), 'utf8')
  const signingKey =
    wanted.by === 'stranger'
      ? (await newKeys()).privateKey
      : await webcrypto.subtle.importKey(
          'pkcs8',
          x509.PemConverter.decodeFirst(pem),
          ELLIPTIC,
          false,
          ['sign'],
        )
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: `10${randomBytes(8).toString('hex')}`,
    subject: `CN=${wanted.merchantId},O=Guitai Sandbox`,
    issuer: authority.subject,
    notBefore: new Date(wanted.fromMs),
    notAfter: new Date(wanted.toMs),
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    publicKey: keys.publicKey,
    signingKey,
  })
  return { cert: certificate.toString('pem'), key: await pemOf(keys.privateKey) }
}
