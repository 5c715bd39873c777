import { describe, expect, it } from 'vitest'
import { drawScene, SCENES } from '../../../../src/sandbox/faces/scene.ts'

const mean = (values: ArrayLike<number>): number => {
  let sum = 0
  for (let index = 0; index < values.length; index += 1) sum += values[index] ?? 0
  return sum / values.length
}

/** How much neighbouring pixels differ: less in a blurred picture. */
const sharpness = (rgba: Uint8ClampedArray): number => {
  let sum = 0
  for (let at = 0; at + 4 < rgba.length; at += 4) {
    sum += Math.abs((rgba[at] ?? 0) - (rgba[at + 4] ?? 0))
  }
  return sum / (rgba.length / 4)
}

describe('drawScene', () => {
  it.each(SCENES)('draws %s the same again, and something else for another seed', (kind) => {
    const one = drawScene(4, { kind }, 1200)
    const again = drawScene(4, { kind }, 1200)
    expect(Buffer.from(again.rgba).equals(Buffer.from(one.rgba))).toBe(true)
    expect(again.truth).toEqual(one.truth)
    expect(one.rgba).toHaveLength(640 * 480 * 4)
    const other = drawScene(5, { kind }, 1200)
    expect(Buffer.from(other.rgba).equals(Buffer.from(one.rgba))).toBe(false)
  })

  it.each([
    ['person', ['skin']],
    ['empty', []],
    ['two_people', ['skin', 'skin']],
    ['printed_photo', ['paper']],
    ['screen_replay', ['screen']],
    ['black', []],
    ['frozen', ['skin']],
    ['blurred', ['skin']],
  ] as const)('says what is in %s', (kind, surfaces) => {
    const { truth } = drawScene(9, { kind }, 300)
    expect(truth.map(({ surface }) => surface)).toEqual(surfaces)
  })

  it('moves what lives, keeps what is frozen to the last pixel', () => {
    const pictures = (kind: 'person' | 'frozen') =>
      [0, 700].map((timeMs) => Buffer.from(drawScene(2, { kind }, timeMs).rgba))
    const [now, later] = pictures('person')
    expect(now && later && now.equals(later)).toBe(false)
    const [still, stiller] = pictures('frozen')
    expect(still && stiller && still.equals(stiller)).toBe(true)
  })

  it('is dark in the dark, and soft when out of focus', () => {
    expect(
      mean(drawScene(2, { kind: 'black' }, 0).rgba.filter((_, at) => at % 4 !== 3)),
    ).toBeLessThan(4)
    const look = { noise: 0 }
    const sharp = sharpness(drawScene(2, { look }, 0).rgba)
    expect(sharpness(drawScene(2, { kind: 'blurred', look }, 0).rgba)).toBeLessThan(sharp / 2)
  })

  it('lets a face leave: there at first, gone after some seconds', () => {
    const found = [0, 1500, 5000].map(
      (timeMs) => drawScene(2, { kind: 'leaving' }, timeMs).truth.length,
    )
    expect(found).toEqual([1, 1, 0])
  })

  it('turns the nose of a living head and not of a photo: parallax', () => {
    const noseOf = (yawDeg: number): number => {
      const [truth] = drawScene(3, { still: true, pose: { yawDeg } }, 0).truth
      if (truth === undefined) throw new Error('nobody is there')
      const [right, left, nose] = truth.landmarks
      return (nose[0] - (right[0] + left[0]) / 2) / truth.box.width
    }
    expect(noseOf(25)).toBeGreaterThan(0.1)
    expect(noseOf(-25)).toBeLessThan(-0.1)
    expect(Math.abs(noseOf(0))).toBeLessThan(0.02)
    const shifts = [0, 400, 800, 1200, 1600, 2000, 2400, 2800, 3200].map((timeMs) => {
      const [truth] = drawScene(3, { kind: 'printed_photo' }, timeMs).truth
      if (truth === undefined) throw new Error('no photo is there')
      const [right, left, nose] = truth.landmarks
      return (nose[0] - (right[0] + left[0]) / 2) / truth.box.width
    })
    expect(Math.max(...shifts) - Math.min(...shifts)).toBeLessThan(0.1)
  })

  it('has landmarks where the person has them: the right eye at the left of the picture', () => {
    for (let seed = 0; seed < 20; seed += 1) {
      const [truth] = drawScene(seed, { still: true }, 0).truth
      if (truth === undefined) throw new Error('nobody is there')
      const [right, left, nose, rightMouth, leftMouth] = truth.landmarks
      expect(right[0]).toBeLessThan(left[0])
      expect(rightMouth[0]).toBeLessThan(leftMouth[0])
      expect(nose[1]).toBeGreaterThan(right[1])
      expect(rightMouth[1]).toBeGreaterThan(nose[1])
    }
  })

  it('blinks: the white of the eyes goes and comes back', () => {
    const whiteAt = (eyesOpen: number): number => {
      const look = { noise: 0 }
      const scene = drawScene(6, { still: true, look, expression: { eyesOpen } }, 0)
      const [x, y] = scene.truth[0]?.landmarks[0] ?? [0, 0]
      let brightest = 0
      for (let away = -14; away <= 14; away += 1) {
        const at = (Math.round(y) * scene.width + Math.round(x + away)) * 4
        brightest = Math.max(
          brightest,
          (scene.rgba[at + 2] ?? 0) / Math.max(scene.rgba[at] ?? 1, 1),
        )
      }
      return brightest
    }
    // Skin has less blue than red; the white of an eye has about as much.
    expect(whiteAt(1)).toBeGreaterThan(whiteAt(0) + 0.1)
  })
})
