import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CODE, openTill, type Till } from '../../support/till.ts'

let till: Till
const bugs: unknown[] = []
beforeEach(async () => {
  bugs.length = 0
  till = await openTill({ onBug: (cause) => bugs.push(cause) })
})
afterEach(() => till.close())

describe('an exception out of the loop', () => {
  it('is told at once, and nothing more is taken: effects may be half run', async () => {
    till.scanner.enable = () => {
      throw new Error('a bug of a driver')
    }
    await expect(till.sell()).rejects.toThrow('a bug of a driver')
    expect(bugs).toMatchObject([{ message: 'a bug of a driver' }])
    expect(till.engine.status().state).toBe('stopped')
    await expect(till.sell()).rejects.toThrow('terminal.stopped')
  })

  it('is told when it comes out of an answer of the gateway too', async () => {
    await till.sell()
    till.scanner.present(CODE)
    const before = till.journal.status().rows
    till.journal.append = () => {
      throw new Error('a bug of the journal')
    }
    const unhandled = new Promise((done) => process.once('unhandledRejection', done))
    await till.gateway.last().answer({ kind: 'paying' })
    await expect(unhandled).resolves.toMatchObject({ message: 'a bug of the journal' })
    expect(bugs).toHaveLength(1)
    expect(till.journal.status().rows).toBe(before)
  })
})
