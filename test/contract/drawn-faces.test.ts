import { expect, it } from 'vitest'
import { readPerson } from '../../src/sandbox/faces/recognise.ts'
import { drawScene } from '../../src/sandbox/faces/scene.ts'
import { openDetector, overlap } from '../../src/sandbox/faces/training/detector.ts'
import { squareCropOf } from '../support/drawn-crop.ts'
import { modelPath } from '../support/face-model-file.ts'

it('a detector that was never shown a drawing finds the drawn faces where they are', async (context) => {
  const detect = await openDetector(modelPath(context, 'yunet_n_320_320.onnx'))
  const scores: number[] = []
  for (let seed = 0; seed < 24; seed += 1) {
    const yawDeg = [0, 18, -18][seed % 3] ?? 0
    const scene = drawScene(seed, { still: true, pose: { yawDeg } }, 0)
    const [truth] = scene.truth
    const found = await detect(scene)
    expect(found, `seed ${seed}`).toHaveLength(1)
    const [face] = found
    if (truth === undefined || face === undefined) continue
    scores.push(face.score)
    expect(overlap(face.box, truth.box), `seed ${seed}`).toBeGreaterThan(0.65)
    face.landmarks.forEach(([x, y], index) => {
      const [trueX, trueY] = truth.landmarks[index] ?? [0, 0]
      const away = Math.hypot(x - trueX, y - trueY) / truth.box.width
      expect(away, `seed ${seed}, landmark ${index}`).toBeLessThan(0.2)
    })
  }
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length
  expect(mean).toBeGreaterThan(0.9)
})

it('finds nobody where nobody is, and both of two people', async (context) => {
  const detect = await openDetector(modelPath(context, 'yunet_n_320_320.onnx'))
  for (let seed = 0; seed < 8; seed += 1) {
    expect(await detect(drawScene(seed, { kind: 'empty' }, 0))).toEqual([])
    expect(await detect(drawScene(seed, { kind: 'black' }, 0))).toEqual([])
    expect(await detect(drawScene(seed, { kind: 'two_people' }, 0)), `seed ${seed}`).toHaveLength(2)
  }
})

it('the mark is read from the crop around a face as a detector finds it', async (context) => {
  const detect = await openDetector(modelPath(context, 'yunet_n_320_320.onnx'))
  for (const [index, yawDeg] of [0, 15, -15, 28, -28].entries()) {
    for (const distanceM of [0.45, 0.8]) {
      const personId = 7 + index * 11
      const scene = drawScene(personId, { still: true, pose: { yawDeg, distanceM } }, 0)
      const [face] = await detect(scene)
      if (face === undefined) throw new Error(`nobody was found: ${personId}`)
      expect(readPerson(squareCropOf(scene, face))).toBe(personId)
    }
  }
})
