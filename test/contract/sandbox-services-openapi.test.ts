import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FaceCustomer, readPerson } from './face-client.ts'
import { TestTerminal, World } from './sandbox-services-client.ts'

type Schema = {
  readonly $ref?: string
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly pattern?: string
  readonly minimum?: number
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: boolean | Schema
  readonly items?: Schema
  readonly oneOf?: readonly Schema[]
}
type Operation = {
  readonly responses: { '200': { content: { 'application/json': { schema: Schema } } } }
}
type Api = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

const path = new URL('../../docs/terminal-services.openapi.json', import.meta.url)
const api: Api = JSON.parse(readFileSync(path, 'utf8'))

const typeOf = (value: unknown): string => {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return Number.isInteger(value) ? 'integer' : typeof value
}

/** What is wrong with a value, as paths; as much of JSON Schema as the file uses. */
const flaws = (value: unknown, schema: Schema, at = ''): string[] => {
  if (schema.$ref) {
    const named = api.components.schemas[schema.$ref.split('/').at(-1) ?? '']
    return named ? flaws(value, named, at) : [`${at}: ${schema.$ref}`]
  }
  if (schema.oneOf) {
    const fits = schema.oneOf.filter((one) => flaws(value, one, at).length === 0)
    return fits.length === 1 ? [] : [`${at}: ${fits.length} fit`]
  }
  if (schema.type && typeOf(value) !== schema.type) return [`${at}: no ${schema.type}`]
  if (schema.const !== undefined && value !== schema.const) return [`${at}: other`]
  if (schema.enum && !schema.enum.includes(value)) return [`${at}: ${value}`]
  if (schema.pattern && !new RegExp(schema.pattern).test(String(value))) return [`${at}: pattern`]
  if (schema.minimum !== undefined && Number(value) < schema.minimum) return [`${at}: too low`]
  if (Array.isArray(value)) {
    const { items } = schema
    return items ? value.flatMap((one, index) => flaws(one, items, `${at}[${index}]`)) : []
  }
  if (typeof value !== 'object' || value === null) return []
  const missing = (schema.required ?? []).filter((name) => !Object.hasOwn(value, name))
  const inside = Object.entries(value).flatMap(([name, inner]) => {
    const more = schema.additionalProperties
    const known = schema.properties?.[name] ?? (typeof more === 'object' ? more : undefined)
    if (known) return flaws(inner, known, `${at}.${name}`)
    return more === false ? [`${at}.${name}: unknown`] : []
  })
  return [...missing.map((name) => `${at}.${name}: missing`), ...inside]
}

let world: World
beforeEach(async () => {
  world = await World.start({ readPerson })
})
afterEach(() => world.stop())

describe('docs/terminal-services.openapi.json', () => {
  it('describes what the sandbox answers', async () => {
    const terminal = await world.shop({ kind: 'MICRO' })
    await world.measure('M1', { ack_due: '2026-06-01T00:00:00+08:00' })
    await world.measure('M2', { params: { items: ['x'] }, deadline: '2026-06-01T00:00:00+08:00' })
    await world.faces('people', { personId: 1, digits: '0001', age: 34 })
    const at = '2026-05-06T15:10:00+08:00'
    const id = '00000000-0000-4000-8000-000000000001'
    const ack = { seq: 1, code: 'M1', what: 'received', operator: 'li', at }
    const closing = { interface: 'FACEPAY', administrator: 'wang', password: 'operation-password' }
    const end = {
      in_flight: 0,
      journal_entries: 0,
      journal_head: '0'.repeat(64),
      wiped: ['merchant_key', 'grant', 'counters', 'face_credentials'],
    }
    const calls = [
      ['get', 'time'],
      ['get', 'trust'],
      ['get', 'grant'],
      ['get', 'bulletins'],
      ['post', 'acknowledgements', ack],
      ['post', 'events', { events: [{ id, kind: 'clock.fault', at, facts: {} }] }],
      ['post', 'closings', closing],
    ] as const
    const asked = new Set(['/services/v1/enrol', '/services/v1/sign-off'])
    const enrolled = await world.terminal('T-2').then((other) => other.call('GET', 'grant'))
    expect(enrolled.status).toBe(200)
    const check = (name: string, method: string, value: unknown): void => {
      const operation = api.paths[`/services/v1/${name}`]?.[method]
      const schema = operation?.responses['200'].content['application/json'].schema
      expect(schema && flaws(value, schema, name)).toEqual([])
    }
    const customer = await new FaceCustomer(world, terminal).open()
    check('faces/key', 'get', (await terminal.call('GET', 'faces/key')).value)
    const results = []
    for (const person of [1, 99]) {
      await terminal.fetchGrant()
      const body = customer.body(customer.binding(), { person })
      const { value } = await terminal.call('POST', 'faces', body)
      check('faces', 'post', value)
      results.push(value.result)
    }
    expect(results).toEqual(['recognised', 'refused'])
    for (const name of ['faces/key', 'faces']) asked.add(`/services/v1/${name}`)
    for (const [method, name, body] of calls) {
      const answer = await terminal.call(method.toUpperCase(), name, body)
      expect([name, answer.status]).toEqual([name, 200])
      check(name, method, answer.value)
      asked.add(`/services/v1/${name}`)
    }
    const third = new TestTerminal(world, 'T-3')
    check('enrol', 'post', (await third.enrol(await world.code('T-3'))).value)
    await world.measure('M10', { params: { agreement_end: '2026-05-06T15:08:09+08:00' } })
    check('sign-off', 'post', (await terminal.call('POST', 'sign-off', end)).value)
    expect([...asked].sort()).toEqual(Object.keys(api.paths).sort())
  })
})
