import { describe, expect, it } from 'vitest'
import { markBits, personOfBits } from '../../../../src/sandbox/faces/mark.ts'
import { PEOPLE } from '../../../../src/sandbox/faces/person.ts'
import { readPerson } from '../../../../src/sandbox/faces/recognise.ts'
import type { SceneOptions } from '../../../../src/sandbox/faces/scene.ts'
import { drawScene } from '../../../../src/sandbox/faces/scene.ts'
import { cropOf, squareCropOf } from '../../../support/drawn-crop.ts'

const everybody = Array.from({ length: PEOPLE }, (_, index) => index)

function readers(options: SceneOptions, personId: number): readonly (number | undefined)[] {
  const scene = drawScene(personId, { personIds: [personId], ...options }, 700)
  const [truth] = scene.truth
  if (truth === undefined) return [undefined]
  return [readPerson(cropOf(scene, truth)), readPerson(squareCropOf(scene, truth))]
}

describe('the mark on the collar', () => {
  it('gives every number a row of cells of its own, and a wrong cell is no other number', () => {
    for (const personId of everybody) {
      const bits = markBits(personId)
      expect(personOfBits(bits)).toBe(personId)
      bits.forEach((_, index) => {
        const wrong = bits.map((bit, at) => (at === index ? 1 - bit : bit))
        expect(personOfBits(wrong)).toBeUndefined()
      })
    }
  })

  it('is read from the sealed picture of everybody', () => {
    for (const personId of everybody) {
      expect(readers({}, personId)).toEqual([personId, personId])
    }
  })

  it.each<[string, SceneOptions]>([
    ['far away', { pose: { distanceM: 0.9 } }],
    ['near', { pose: { distanceM: 0.45 } }],
    ['turned to a side', { pose: { yawDeg: 25 } }],
    ['head leaning', { pose: { rollDeg: 12, pitchDeg: 8 } }],
    ['in warm light', { look: { kelvin: 3000 } }],
    ['in cold light', { look: { kelvin: 8000 } }],
    ['in the dark', { look: { exposure: 0.5 } }],
    ['in much light', { look: { exposure: 1.3 } }],
    ['noisy', { look: { noise: 14 } }],
    ['a little out of focus', { look: { blurPx: 1 } }],
  ])('is read %s', (_, options) => {
    for (const personId of [0, 5, 21, 42, 63]) {
      expect(readers(options, personId)).toEqual([personId, personId])
    }
  })

  it('is read from nothing else: no mark, nobody, noise, a picture of another size', () => {
    expect(readers({ wear: { mark: false } }, 3)).toEqual([undefined, undefined])
    const empty = drawScene(3, { kind: 'empty' }, 0)
    const box = { x: 200, y: 120, width: 160, height: 190 }
    expect(readPerson(cropOf(empty, { box }))).toBeUndefined()
    const noise = Uint8Array.from({ length: 160 * 160 * 3 }, (_, at) => (at * 2_654_435_761) >>> 24)
    expect(readPerson(noise)).toBeUndefined()
    expect(readPerson(new Uint8Array(12))).toBeUndefined()
  })
})
