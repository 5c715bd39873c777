import { expect, it } from 'vitest'
import { LIMITS } from '../../../src/domain/limits.ts'
import { Turnstile } from '../../../src/engine/turnstile.ts'
import { settle } from '../../support/scripted-gateway.ts'
import { CODE, openTill } from '../../support/till.ts'

it('lets so many pass at a time, in order, the urgent ones first', async () => {
  const turnstile = new Turnstile(2)
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const ask = (name: string, isUrgent = false) =>
    turnstile.pass(() => {
      begun.push(name)
      const { promise, resolve } = Promise.withResolvers<void>()
      ends.set(name, resolve)
      return promise
    }, isUrgent)
  for (const name of ['a', 'b', 'c', 'd']) ask(name)
  ask('now', true)
  expect(begun).toEqual(['a', 'b'])
  ends.get('b')?.()
  await settle()
  expect(begun).toEqual(['a', 'b', 'now'])
  ends.get('a')?.()
  await settle()
  expect(begun).toEqual(['a', 'b', 'now', 'c'])
  turnstile.clear()
  ends.get('now')?.()
  await settle()
  expect(begun).toHaveLength(4)
})

it('P4: a restart asks about everything in its turn, and a new sale is asked about first', async () => {
  const first = await openTill()
  const count = LIMITS.questionsAtOnce + 20
  for (let made = 0; made < count; made += 1) {
    const sale = await first.sell()
    first.scanner.present(first.freshCode())
    await first.gateway.last().answer({ kind: 'unknown', cause: 'gateway.timeout', sent: true })
    await first.wish('dismiss_wanted', sale.id)
    first.clock.advance(1_100)
  }
  await first.engine.stop()
  first.journal.close()
  const second = await openTill({ journalFile: first.journalFile, clock: first.clock, seed: 2 })
  const { gateway, engine, scanner } = second
  expect(gateway.calls.filter(({ kind }) => kind === 'query')).toHaveLength(LIMITS.questionsAtOnce)
  await engine.command(
    { kind: 'dismiss_wanted', saleId: engine.screen().cashier.saleId ?? '' },
    { clientId: 'aside', digest: 'aside' },
  )
  const sale = await second.sell()
  scanner.present(CODE)
  const charge = gateway.last()
  expect(charge.kind).toBe('charge')
  await charge.answer({ kind: 'refused', cause: 'gateway.not_enough' })
  await gateway.calls[0]?.answer({ kind: 'closed' })
  expect(gateway.last()).toMatchObject({
    kind: 'query',
    expected: { outTradeNo: second.sale(sale.id).attempts[0]?.outTradeNo },
  })
  for (let asked = 1; asked < gateway.calls.length; asked += 1) {
    await gateway.calls[asked]?.answer({ kind: 'closed' })
  }
  expect(engine.pending()).toEqual([])
  await second.close()
})
