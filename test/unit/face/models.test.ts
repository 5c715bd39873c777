import fc from 'fast-check'
import { InferenceSession } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { FACE_MODELS } from '../../../src/face/model-list.ts'
import {
  checkShape,
  type FaceModel,
  flawsOfList,
  judgeModels,
  type ModelState,
  type SessionFacts,
} from '../../../src/face/models.ts'
import { fakeModel, needModel } from '../../support/face-models.ts'

const DRAWN = fakeModel('drawn', new Uint8Array([1]), {
  developmentOnly: true,
  isDefault: false,
  sources: [],
})
const LIST = [...FACE_MODELS.filter(({ developmentOnly }) => !developmentOnly), DRAWN]
const RIGHT = { kind: 'right' } as const
const MISSING = { kind: 'missing' } as const
const WRONG = { kind: 'refused', flaw: 'wrong_digest' } as const
const OPEN = { kind: 'refused', flaw: 'folder_writable_by_others' } as const

type States = Readonly<Record<string, ModelState>>
function judge(states: States, allowDevelopment = false) {
  const found = LIST.map((model) => ({ model, state: states[model.name] ?? MISSING }))
  const { kind, detector, liveness, lack } = judgeModels(found, { allowDevelopment })
  return { kind, detector: detector?.name, liveness: liveness.map(({ name }) => name), lack }
}

const LIVENESS = { MiniFASNetV2: RIGHT, MiniFASNetV1SE: RIGHT }
const NAMES = ['MiniFASNetV2', 'MiniFASNetV1SE']

describe('the list of models', () => {
  it('has no flaw, and a default detector and both liveness models', () => {
    expect(flawsOfList(FACE_MODELS)).toEqual([])
    const defaults = FACE_MODELS.filter(({ isDefault }) => isDefault).map(({ name }) => name)
    expect(defaults).toEqual(['yunet_n_320_320', ...NAMES])
  })

  it.each<[string, Partial<FaceModel>, string]>([
    ['a path for a name', { name: '../up' }, 'no file name'],
    ['a cut digest', { sha256: 'ab' }, 'digest'],
    ['no length', { bytes: 0 }, 'length'],
    ['a monster', { bytes: 1e9 }, 'length'],
    [
      'a plain source',
      { sources: [{ address: 'http://a/b.onnx', reachedFromTests: true }] },
      'https',
    ],
    ['no source', { sources: [] }, 'nobody says'],
    ['a default for development', { developmentOnly: true, isDefault: true }, 'never a default'],
  ])('is refused with %s', (_name, change, flaw) => {
    expect(flawsOfList([{ ...DRAWN, ...FACE_MODELS[0], ...change } as FaceModel])).toEqual([
      expect.stringContaining(flaw),
    ])
  })

  it('is refused with a name twice', () => {
    expect(flawsOfList([DRAWN, DRAWN])).toEqual(['drawn: twice in the list'])
  })
})

describe('F-15: which models are used', () => {
  it('is all of them when all are right, the first detector first', () => {
    const all = judge({ yunet_n_320_320: RIGHT, yunet_n_640_640: RIGHT, ...LIVENESS })
    expect(all).toEqual({ kind: 'whole', detector: 'yunet_n_320_320', liveness: NAMES })
    const other = judge({ yunet_n_320_320: WRONG, yunet_n_640_640: RIGHT, ...LIVENESS })
    expect(other).toEqual({ kind: 'whole', detector: 'yunet_n_640_640', liveness: NAMES })
  })

  it.each<[string, States, boolean, object]>([
    [
      'nothing',
      {},
      false,
      { kind: 'none', cause: 'face.model_missing', command: 'guitai models fetch yunet_n_320_320' },
    ],
    [
      'a wrong detector',
      { yunet_n_320_320: WRONG, ...LIVENESS },
      true,
      {
        kind: 'none',
        cause: 'face.model_untrusted',
        command: 'guitai models fetch yunet_n_320_320',
      },
    ],
    [
      'a wrong detector beside one for development',
      { yunet_n_320_320: WRONG, drawn: RIGHT },
      true,
      {
        kind: 'none',
        cause: 'face.model_untrusted',
        command: 'guitai models fetch yunet_n_320_320',
      },
    ],
    [
      'an open folder',
      { yunet_n_320_320: OPEN },
      false,
      { kind: 'none', cause: 'face.model_untrusted', command: 'chmod go-w' },
    ],
    [
      'the detector alone',
      { yunet_n_320_320: RIGHT },
      false,
      {
        kind: 'detector_only',
        cause: 'face.model_missing',
        command: 'guitai models fetch MiniFASNetV2 MiniFASNetV1SE',
      },
    ],
    [
      'half the liveness models',
      { yunet_n_320_320: RIGHT, MiniFASNetV2: RIGHT },
      false,
      {
        kind: 'detector_only',
        cause: 'face.model_missing',
        command: 'guitai models fetch MiniFASNetV1SE',
      },
    ],
    [
      'one liveness model wrong',
      { yunet_n_320_320: RIGHT, MiniFASNetV2: RIGHT, MiniFASNetV1SE: WRONG },
      false,
      {
        kind: 'detector_only',
        cause: 'face.model_untrusted',
        command: 'guitai models fetch MiniFASNetV1SE',
      },
    ],
    [
      'the one for development, not allowed',
      { drawn: RIGHT, ...LIVENESS },
      false,
      { kind: 'none', cause: 'face.model_development_only', command: 'guitai models fetch' },
    ],
    [
      'the one for development, allowed',
      { drawn: RIGHT },
      true,
      { kind: 'development', cause: 'face.model_development_only', command: 'guitai models fetch' },
    ],
    [
      'the one for development, wrong',
      { drawn: WRONG },
      true,
      { kind: 'none', cause: 'face.model_missing', command: 'guitai models fetch yunet_n_320_320' },
    ],
  ])('with %s', (_name, states, allowDevelopment, wanted) => {
    const { kind, lack } = judge(states, allowDevelopment)
    expect({ kind, cause: lack?.cause, command: lack?.command }).toEqual(wanted)
  })

  it('is never a part of the liveness models, never one that is not right, and says what lacks', () => {
    const state = fc.constantFrom<ModelState>(RIGHT, MISSING, WRONG, OPEN)
    const states = fc.record(Object.fromEntries(LIST.map(({ name }) => [name, state])))
    fc.assert(
      fc.property(states, fc.boolean(), (some, allowDevelopment) => {
        const { kind, detector, liveness, lack } = judge(some, allowDevelopment)
        expect([0, 2]).toContain(liveness.length)
        for (const name of [...liveness, detector ?? liveness[0]]) {
          if (name !== undefined) expect(some[name]).toBe(RIGHT)
        }
        expect(detector === undefined).toBe(kind === 'none')
        expect(detector === 'drawn').toBe(kind === 'development')
        expect(kind === 'development' && !allowDevelopment).toBe(false)
        expect(lack === undefined).toBe(kind === 'whole')
      }),
    )
  })
})

describe('the shape of a network', () => {
  const model = FACE_MODELS[0] ?? DRAWN
  const facts: SessionFacts = {
    inputs: [{ name: 'input', type: 'float32', shape: [1, 3, 320, 320] }],
    outputs: model.outputs.map(({ name, shape }) => ({ name, type: 'float32', shape })),
  }
  const outputs = (change: (one: SessionFacts['outputs'][number]) => object) => ({
    ...facts,
    outputs: facts.outputs.map((one) => (one.name === 'kps_16' ? { ...one, ...change(one) } : one)),
  })

  it('is taken in any order', () => {
    const turned = { ...facts, outputs: facts.outputs.toReversed() }
    expect(checkShape(model, turned)).toEqual({ ok: true, value: undefined })
  })

  it.each<[string, SessionFacts, string]>([
    ['another name', outputs(() => ({ name: 'kps_17' })), 'output kps_16 is missing'],
    ['another type', outputs(() => ({ type: 'float16' })), 'output kps_16 is float16, not float32'],
    [
      'another dimension',
      outputs(() => ({ shape: [1, 400, 8] })),
      'output kps_16 has 1x400x8, not 1x400x10',
    ],
    [
      'an open dimension',
      outputs(() => ({ shape: ['n', 400, 10] })),
      'output kps_16 has nx400x10, not 1x400x10',
    ],
    ['no input', { ...facts, inputs: [] }, 'input input is missing'],
    [
      'one output more',
      { ...facts, outputs: [...facts.outputs, { name: 'age', type: 'float32', shape: [1] }] },
      'output age is not listed',
    ],
  ])('is refused with %s', (_name, other, error) => {
    expect(checkShape(model, other)).toEqual({ ok: false, error })
  })

  for (const one of FACE_MODELS) {
    it(`of ${one.name} is what the runtime says of it`, async (context) => {
      const session = await InferenceSession.create(needModel(context, one.name))
      const { inputMetadata, outputMetadata } = session
      const read = { inputs: tensors(inputMetadata), outputs: tensors(outputMetadata) }
      expect(checkShape(one, read)).toEqual({ ok: true, value: undefined })
      for (const other of FACE_MODELS) {
        expect(checkShape(other, read).ok, other.name).toBe(shapeOf(other) === shapeOf(one))
      }
      await session.release()
    })
  }
})

const shapeOf = ({ input, outputs }: FaceModel) => JSON.stringify([input, outputs])

function tensors(metadata: readonly InferenceSession.ValueMetadata[]): SessionFacts['inputs'] {
  return metadata.map((one) => {
    if (!one.isTensor) throw new Error(`${one.name} is no tensor`)
    return { name: one.name, type: one.type, shape: one.shape }
  })
}
