import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { expect, it } from 'vitest'
import { drawScene } from '../../src/sandbox/faces/scene.ts'
import { openDetector } from '../../src/sandbox/faces/training/detector.ts'
import { MEASURED, measure } from '../../src/sandbox/faces/training/measure.ts'

const MODEL = resolve(import.meta.dirname, '../../src/sandbox/faces/model/drawn-detector.onnx')

it('the detector for development has the names and shapes of the one it stands in for', async () => {
  expect(statSync(MODEL).size).toBeLessThan(500_000)
  const session = await InferenceSession.create(MODEL, { intraOpNumThreads: 1 })
  expect(session.inputNames).toEqual(['input'])
  const input = new Tensor('float32', new Float32Array(3 * 320 * 320), [1, 3, 320, 320])
  const outputs = await session.run({ input })
  const shapes = Object.entries(outputs).map(([name, { dims }]) => [name, dims])
  const due = [8, 16, 32].flatMap((stride) => {
    const cells = (320 / stride) ** 2
    return [
      [`cls_${stride}`, [1, cells, 1]],
      [`obj_${stride}`, [1, cells, 1]],
      [`bbox_${stride}`, [1, cells, 4]],
      [`kps_${stride}`, [1, cells, 10]],
    ]
  })
  expect(Object.fromEntries(shapes)).toEqual(Object.fromEntries(due))
})

it('it finds drawn faces that it never saw', async () => {
  const figures = await measure(
    await openDetector(MODEL),
    { ...MEASURED.held_out, frames: 60 },
    () => 0,
  )
  expect(figures.recall).toBeGreaterThan(0.8)
  expect(figures.precision).toBeGreaterThan(0.8)
  expect(figures.landmarkMean).toBeLessThan(0.14)
})

it('it finds whoever stands at a till, and nobody where nobody is', async () => {
  const detect = await openDetector(MODEL)
  const figures = await measure(detect, { ...MEASURED.till, frames: 24 }, () => 0)
  expect(figures.recall).toBe(1)
  expect(figures.scoreLeast).toBeGreaterThan(0.7)
  for (let seed = 0; seed < 8; seed += 1) {
    expect(await detect(drawScene(seed, { kind: 'empty' }, 900)), `seed ${seed}`).toEqual([])
  }
})
