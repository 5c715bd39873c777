import { request } from 'node:http'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createDispatch } from '../../../src/api/dispatch.ts'
import { openServer, type Server } from '../../../src/api/node/server.ts'
import { LIMITS } from '../../../src/domain/limits.ts'
import { openTill, type Till } from '../../support/till.ts'

let till: Till
let server: Server

beforeEach(async () => {
  till = await openTill()
  server = await openServer({
    terminal: till.engine,
    dispatch: createDispatch(till.engine, {
      name: { id: 'POS01', store: '测试店', version: 'test' },
    }),
    grants: [
      { token: 'register-token', scopes: ['register'] },
      { token: 'nothing-token', scopes: [] },
    ],
    port: 0,
    origins: ['https://pos.example'],
    log: till.log,
  })
})
afterEach(async () => {
  await server.close()
  await till.close()
})

type Answer = { status: number; body: Record<string, unknown>; headers: Record<string, unknown> }

function ask(
  method: string,
  path: string,
  options: { body?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const headers = {
    host: `127.0.0.1:${server.port}`,
    authorization: 'Bearer register-token',
    ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...options.headers,
  }
  return new Promise((done, fail) => {
    const call = request(
      { port: server.port, host: '127.0.0.1', method, path, headers },
      (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString()
          done({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            body: text === '' ? {} : JSON.parse(text),
          })
        })
      },
    )
    call.once('error', fail)
    call.end(options.body)
  })
}

const sale = (fields: object = {}) =>
  JSON.stringify({ clientId: 'one', amountFen: 1_230, ...fields })

describe('the local API over HTTP', () => {
  it('creates, gets, lists, cancels a sale', async () => {
    const created = await ask('POST', '/v1/sales', { body: sale({ orderRef: 'A-17' }) })
    expect(created).toMatchObject({ status: 202, body: { phase: 'armed', orderRef: 'A-17' } })
    const path = `/v1/sales/${created.body.saleId}`
    expect(await ask('GET', path)).toMatchObject({ status: 200, body: { amountFen: 1_230 } })
    expect(await ask('GET', '/v1/sales?limit=5')).toMatchObject({
      body: { sales: [{ orderRef: 'A-17' }] },
    })
    const cancelled = await ask('POST', `${path}/cancel`, {
      body: JSON.stringify({ clientId: 'two' }),
    })
    expect(cancelled).toMatchObject({ status: 202, body: { phase: 'closed', outcome: 'NOT_PAID' } })
    const armed = await ask('POST', `${path}/arm`, { body: JSON.stringify({ clientId: 'three' }) })
    expect(armed).toMatchObject({ status: 409, body: { code: 'sale.closed', moneyTaken: 'no' } })
  })

  it('tells the state of devices, gateway and journal', async () => {
    expect(await ask('GET', '/v1/status')).toMatchObject({
      status: 200,
      body: {
        terminal: { id: 'POS01' },
        state: 'running',
        scanners: [{ phase: 'open' }],
        gateway: { state: 'ok' },
        journal: { state: 'ok', synchronous: 'FULL' },
      },
    })
  })

  it.each([
    ['no token', { authorization: '' }, 401, 'api.unauthorised'],
    ['a wrong token', { authorization: 'Bearer wrong' }, 401, 'api.unauthorised'],
    ['a token without the scope', { authorization: 'Bearer nothing-token' }, 403, 'api.forbidden'],
    ['a foreign origin', { origin: 'https://evil.example' }, 403, 'api.foreign_origin'],
    ['an opaque origin', { origin: 'null' }, 403, 'api.foreign_origin'],
    ['a rebound host', { host: 'evil.example' }, 421, 'api.foreign_host'],
    ['a rebound host with our port', { host: 'PORT' }, 421, 'api.foreign_host'],
    ['a host without our port', { host: '127.0.0.1' }, 421, 'api.foreign_host'],
  ])('refuses %s', async (_what, headers, status, code) => {
    const given =
      'host' in headers && headers.host === 'PORT'
        ? { host: `evil.example:${server.port}` }
        : headers
    const answer = await ask('POST', '/v1/sales', {
      body: sale(),
      headers: given as Record<string, string>,
    })
    expect(answer).toMatchObject({ status, body: { code, moneyTaken: 'no' } })
    expect(till.engine.sales(1)).toEqual([])
  })

  it('lets a listed origin in, and answers its preflight', async () => {
    const headers = { origin: 'https://pos.example' }
    const answer = await ask('POST', '/v1/sales', { body: sale(), headers })
    expect(answer.status).toBe(202)
    expect(answer.headers['access-control-allow-origin']).toBe('https://pos.example')
    expect((await ask('OPTIONS', '/v1/sales', { headers })).status).toBe(204)
  })

  it.each([
    ['cut JSON', '{"clientId":"a"', 'api.bad_request', 400],
    ['JSON that is a list', '[1]', 'api.bad_request', 400],
    ['JSON that is null', 'null', 'api.bad_request', 400],
    [
      'a poisoned prototype',
      '{"__proto__":{"a":1},"clientId":"a","amountFen":1}',
      'api.bad_request',
      400,
    ],
    ['too much', `{"clientId":"${'x'.repeat(LIMITS.apiRequestBytesMax)}"}`, 'api.too_large', 413],
  ])('refuses %s', async (_what, body, code, status) => {
    expect(await ask('POST', '/v1/sales', { body })).toMatchObject({
      status,
      body: { code, moneyTaken: 'no' },
    })
  })

  it('names what does not exist', async () => {
    expect(await ask('GET', '/v2/sales')).toMatchObject({
      status: 404,
      body: { code: 'api.no_such_operation' },
    })
    expect(await ask('GET', '/screens/../../etc/passwd')).toMatchObject({ status: 404 })
  })

  it.each([
    ['a wrong token', ['guitai.v1', 'token.wrong'], {}, 401],
    ['no token', ['guitai.v1'], {}, 401],
    [
      'a foreign origin',
      ['guitai.v1', 'token.register-token'],
      { origin: 'https://evil.example' },
      403,
    ],
    [
      'a rebound host',
      ['guitai.v1', 'token.register-token'],
      { headers: { host: 'evil.example' } },
      421,
    ],
  ])('refuses a WebSocket with %s', async (_what, protocols, options, status) => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/v1/watch`, protocols, options)
    const refused = await new Promise<number>((done, fail) => {
      socket.once('unexpected-response', (_request, answer) => done(answer.statusCode ?? 0))
      socket.once('open', () => fail(new Error('it was let in')))
      socket.once('error', () => undefined)
    })
    expect(refused).toBe(status)
    socket.terminate()
  })

  it('P10: stays up when a refused client resets its connection', async () => {
    for (let turn = 0; turn < 20; turn += 1) {
      await new Promise<void>((done) => {
        const socket = connect(server.port, '127.0.0.1', () => {
          const host = `127.0.0.1:${server.port}`
          const lines = [
            'GET /v1/watch HTTP/1.1',
            `Host: ${host}`,
            'Connection: Upgrade',
            'Upgrade: websocket',
          ]
          socket.write(`${lines.join('\r\n')}\r\n\r\n`)
          setImmediate(() => socket.resetAndDestroy())
        })
        socket.on('close', () => done())
        socket.on('error', () => undefined)
      })
    }
    expect((await ask('GET', '/v1/status')).status).toBe(200)
  })

  it('stays up when a client sends rubbish and leaves', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/v1/watch`, [
      'guitai.v1',
      'token.register-token',
    ])
    await new Promise((done) => socket.once('open', done))
    socket.send(Buffer.from([0xff, 0xfe, 0x00]))
    socket.send('{')
    socket.terminate()
    expect((await ask('GET', '/v1/status')).status).toBe(200)
  })
})
