import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Hall, openHall } from './hall.ts'
import type { Till } from './till.ts'

const SLOW_FEN = 701

let hall: Hall
let till: Till
let folder = ''
let refused = ''
let mounted = false

beforeAll(async () => {
  hall = await openHall(20)
  folder = join(hall.dir, 'small')
  mkdirSync(folder)
  refused = mountSmallDisk()
  if (refused !== '') return
  mounted = true
  await hall.script([
    { match: { amountFen: SLOW_FEN }, scenario: 'ok_slowly', params: { seconds: 10 } },
  ])
  till = hall.till('one', 'small')
  await till.start()
})
afterAll(async () => {
  await till?.close()
  if (mounted) execFileSync('umount', [folder])
  await hall?.close()
})

/** Why no disk of 2 MiB could be had; empty when it is there. */
function mountSmallDisk(): string {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'only root may mount a disk'
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder], { stdio: 'pipe' })
    return ''
  } catch (cause) {
    return `mount is refused: ${cause instanceof Error ? cause.message : String(cause)}`
  }
}

const filler = () => join(folder, 'filler')

function fill(): void {
  for (const size of [65_536, 4_096, 1]) {
    const chunk = Buffer.alloc(size)
    for (;;) {
      try {
        appendFileSync(filler(), chunk)
      } catch {
        break
      }
    }
  }
}

describe('a disk that is full', () => {
  it('P1 takes no new money, says why, shows that it has stopped, and goes on when there is room', async (ctx) => {
    if (refused !== '') ctx.skip(refused)
    await till.takeMoney(100)
    fill()
    const answer = await till.command('/v1/sales', { amountFen: 200 })
    expect(answer).toMatchObject({ code: 'journal.unavailable', moneyTaken: 'no' })
    expect(await till.status()).toMatchObject({
      state: 'stopped',
      journal: { state: 'failing', code: 'journal.unavailable' },
    })
    await till.screenWhen(({ cashier, customer }) => {
      return cashier.state === 'stopped' && customer.state === 'stopped'
    })
    rmSync(filler())
    await till.takeMoney(300)
    expect((await till.status()).state).toBe('running')
  })

  it('P4 keeps the answer that it could not write, and writes it when there is room', async (ctx) => {
    if (refused !== '') ctx.skip(refused)
    const { saleId } = await till.command('/v1/sales', { amountFen: SLOW_FEN })
    till.scan()
    await till.saleWhen(saleId, ({ phase }) => phase === 'in_flight')
    fill()
    // The answer comes after half a second here and finds no room.
    await till.failedJournal()
    expect((await till.get<{ outcome: string }>(`/v1/sales/${saleId}`)).outcome).toBe('UNKNOWN')
    rmSync(filler())
    await till.saleWhen(saleId, ({ outcome }) => outcome === 'PAID')
  })

  it('P1 P2 the ledger has nothing of what was refused', async (ctx) => {
    if (refused !== '') ctx.skip(refused)
    const amounts = (await hall.ledger()).map(({ amountFen }) => amountFen)
    expect(amounts.toSorted((one, other) => one - other)).toEqual([100, 300, SLOW_FEN])
    await till.kill()
    const journal = till.journal()
    expect(journal.verify().ok).toBe(true)
    expect(journal.openSales()).toEqual([])
    journal.close()
  })
})
