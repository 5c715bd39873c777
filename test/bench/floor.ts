/**
 * The floor that scan-to-wire is measured against, done by hand in a process of its own: one durable
 * commit, one RSA-2048 signature, one keep-alive HTTPS POST. Takes lines of JSON on standard input
 * (`{"outTradeNo","code"}`), answers each with the moment it began, nanoseconds of the monotonic
 * clock that all processes of this machine share.
 */
import { createPrivateKey, randomBytes, sign, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import Database from 'better-sqlite3'

const [dir = '', origin = ''] = process.argv.slice(2)
const PATH = '/v3/pay/transactions/codepay'
const read = (name: string) => readFileSync(join(dir, name), 'utf8')
const terminal = JSON.parse(read('terminal.json'))
const key = createPrivateKey(read('apiclient_key.pem'))
const serial = new X509Certificate(read('apiclient_cert.pem')).serialNumber
const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: read('ca.pem') })

const db = new Database(join(dir, 'floor.db'))
db.pragma('journal_mode = WAL')
db.pragma('synchronous = FULL')
db.exec('CREATE TABLE IF NOT EXISTS attempt (id INTEGER PRIMARY KEY, body TEXT NOT NULL)')
const insert = db.prepare('INSERT INTO attempt (body) VALUES (?)')
/** About as many bytes as the terminal's journal writes for one attempt. */
const ROW = 'x'.repeat(1_500)

function post(body: string, authorization: string): Promise<void> {
  return new Promise((done, fail) => {
    const call = request(
      `${origin}${PATH}`,
      {
        method: 'POST',
        agent,
        headers: {
          accept: 'application/json',
          'content-type': 'application/json',
          'user-agent': 'floor',
          'content-length': Buffer.byteLength(body),
          authorization,
        },
      },
      (answer) => {
        answer.resume()
        answer.once('end', done)
      },
    )
    call.once('error', fail)
    call.end(body)
  })
}

async function once(outTradeNo: string, code: string): Promise<string> {
  const began = process.hrtime.bigint()
  insert.run(ROW)
  const body = JSON.stringify({
    appid: terminal.merchant.appId,
    mchid: terminal.merchant.id,
    description: terminal.store.name,
    out_trade_no: outTradeNo,
    payer: { auth_code: code },
    amount: { total: 1_230, currency: 'CNY' },
    scene_info: {
      device_id: terminal.terminalId,
      device_ip: '127.0.0.1',
      store_info: { out_id: terminal.store.id },
    },
  })
  const timestamp = String(Math.floor(Date.now() / 1_000))
  const nonce = randomBytes(16).toString('hex')
  const message = `POST\n${PATH}\n${timestamp}\n${nonce}\n${body}\n`
  const signature = sign('sha256', Buffer.from(message), key).toString('base64')
  const fields = {
    mchid: terminal.merchant.id,
    nonce_str: nonce,
    signature,
    timestamp,
    serial_no: serial,
  }
  const listed = Object.entries(fields).map(([name, value]) => `${name}="${value}"`)
  await post(body, `WECHATPAY2-SHA256-RSA2048 ${listed.join(',')}`)
  return String(began)
}

for await (const line of createInterface({ input: process.stdin })) {
  const { outTradeNo, code } = JSON.parse(line)
  console.log(await once(outTradeNo, code))
}
