import { describe, expect, it } from 'vitest'
import { createRandom, createSeededEntropy } from '../../support/seeded.ts'

describe('seeded randomness', () => {
  it('is the same for the same seed and another for another', () => {
    const draw = (seed: number) => Array.from({ length: 8 }, createRandom(seed).next)
    expect(draw(1)).toEqual(draw(1))
    expect(draw(1)).not.toEqual(draw(2))
  })

  it('reaches both ends of a range and stays within it, about evenly', () => {
    const random = createRandom(7)
    const counts = [0, 0, 0, 0]
    for (let draw = 0; draw < 4_000; draw += 1) {
      const index = random.integer(0, 3)
      counts[index] = (counts[index] ?? 0) + 1
    }
    expect(counts).toHaveLength(4)
    for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(150)
  })

  it('shuffles without losing anything, and a fork does not move its parent again', () => {
    const random = createRandom(3)
    const items = [1, 2, 3, 4, 5, 6, 7, 8]
    expect(random.shuffle(items).sort()).toEqual(items)
    expect(items).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    const fork = random.fork()
    const twin = createRandom(3)
    twin.shuffle(items)
    twin.fork()
    fork.next()
    expect(random.next()).toBe(twin.next())
  })

  it('makes identifiers in the form of a version 4 UUID, all different', () => {
    const entropy = createSeededEntropy(11)
    const uuids = Array.from({ length: 1_000 }, () => entropy.uuid())
    expect(new Set(uuids).size).toBe(1_000)
    for (const uuid of uuids) {
      expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    }
    expect(createSeededEntropy(11).uuid()).toBe(uuids[0])
    expect(entropy.bytes(5)).toHaveLength(5)
  })
})
