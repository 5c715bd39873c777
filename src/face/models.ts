import { err, ok, type Result } from '../base/result.ts'
import type { FaceCode } from '../domain/face-errors.ts'

/** Where the bytes of a model may be had. */
export type ModelSource = {
  /** `https`. */
  readonly address: string
  /** Whether the tests of this project fetch from there; where they do not, only the digest vouches. */
  readonly reachedFromTests: boolean
}

/** How what a network says is read. */
export type ModelDecoding =
  | {
      /** Score, box and five landmarks for each cell of a grid, for each stride in pixels. */
      readonly kind: 'yunet'
      readonly strides: readonly number[]
    }
  | {
      /** Three logits; the class that means a live face, and the part of the picture it looks at. */
      readonly kind: 'minifasnet'
      /** The face's box, so many times its size, is what the network is shown. */
      readonly cropFactor: number
      readonly liveClass: number
    }

/** One input or output of a network: always of 32-bit floating point numbers. */
export type ModelTensor = { readonly name: string; readonly shape: readonly number[] }

/** One model that may be used, and nothing else may. */
export type FaceModel = {
  /** Also that of its file, which ends in `.onnx`. */
  readonly name: string
  readonly role: 'detector' | 'liveness'
  readonly version: string
  readonly licence: string
  readonly sources: readonly ModelSource[]
  /** Of the whole file, lower-case hex. */
  readonly sha256: string
  /** Length of the file. */
  readonly bytes: number
  readonly input: ModelTensor & {
    /** Batch, channels, rows, columns. */
    readonly layout: 'NCHW'
    readonly channels: 'BGR'
    /** What a channel's darkest and brightest are given as. */
    readonly range: readonly [number, number]
  }
  readonly outputs: readonly ModelTensor[]
  readonly decoding: ModelDecoding
  /** Fetched when no names are given; the others do the same in another way. */
  readonly isDefault: boolean
  /** Knows drawn faces only; real payments refuse it. */
  readonly developmentOnly: boolean
}

/** Why a file that has a model's name is not that model, or may not be trusted to stay it. */
export type ModelFlaw =
  | 'folder_writable_by_others'
  | 'file_writable_by_others'
  | 'owned_by_another'
  | 'not_a_file'
  | 'wrong_length'
  | 'wrong_digest'
  | 'unreadable'

/** What became of looking for one model. */
export type ModelState =
  | { readonly kind: 'right' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'refused'; readonly flaw: ModelFlaw }

/** A model and what was found of it. */
export type FoundModel = { readonly model: FaceModel; readonly state: ModelState }

/** What can be done with the models that are here. */
export type ModelVerdict = {
  /**
   * `whole`: detector and all liveness models; `detector_only`: enough for a rehearsal; `development`: a
   * detector of drawn faces; `none`: no face can be found.
   */
  readonly kind: 'whole' | 'detector_only' | 'development' | 'none'
  readonly detector?: FaceModel
  /** All of them, or none: a mean of fewer is another check. */
  readonly liveness: readonly FaceModel[]
  /** What is not as it should be, and the command that mends it; absent with `whole`. */
  readonly lack?: {
    readonly cause: FaceCode
    readonly command: string
    /** Names of models with what is wrong. */
    readonly detail: string
  }
}

/** Fetches what is missing, and again what is wrong. */
const FETCH = 'guitai models fetch'

/**
 * Says which models are used. A wrong file is never passed over for one of development: somebody put it
 * there.
 *
 * @param found in the order of preference
 */
export function judgeModels(
  found: readonly FoundModel[],
  { allowDevelopment }: { readonly allowDevelopment: boolean },
): ModelVerdict {
  const detectors = found.filter(({ model }) => model.role === 'detector')
  const liveness = found.filter(({ model }) => model.role === 'liveness' && !model.developmentOnly)
  const isRight = ({ state }: FoundModel) => state.kind === 'right'
  const isWhole = liveness.length > 0 && liveness.every(isRight)
  const livenessModels = isWhole ? liveness.map(({ model }) => model) : []

  const real = detectors.filter(({ model }) => !model.developmentOnly)
  const detector = real.find(isRight)?.model
  if (detector) {
    if (isWhole) return { kind: 'whole', detector, liveness: livenessModels }
    const lack = lackOf(liveness)
    return { kind: 'detector_only', detector, liveness: [], ...(lack ? { lack } : {}) }
  }
  const lack = lackOf(real)
  const drawn = detectors.find((one) => one.model.developmentOnly && isRight(one))?.model
  if (drawn === undefined || lack?.cause === 'face.model_untrusted') {
    return { kind: 'none', liveness: [], ...(lack ? { lack } : {}) }
  }
  const onlyDrawn = {
    cause: 'face.model_development_only',
    command: FETCH,
    detail: drawn.name,
  } as const
  if (!allowDevelopment) return { kind: 'none', liveness: [], lack: onlyDrawn }
  return { kind: 'development', detector: drawn, liveness: livenessModels, lack: onlyDrawn }
}

/** A wrong model is named before a missing one; of detectors, which replace one another, the default. */
function lackOf(models: readonly FoundModel[]): ModelVerdict['lack'] {
  const wrong = models.filter(({ state }) => state.kind === 'refused')
  const missing = models.filter(({ model, state }) => model.isDefault && state.kind === 'missing')
  const cause = wrong.length > 0 ? 'face.model_untrusted' : 'face.model_missing'
  const named = wrong.length > 0 ? wrong : missing
  const names = named.map(({ model }) => model.name)
  const detail = named
    .map(({ model, state }) => `${model.name}: ${describeState(state)}`)
    .join('; ')
  return { cause, command: commandFor(names, named), detail }
}

function commandFor(names: readonly string[], named: readonly FoundModel[]): string {
  const folder = named.some(
    ({ state }) => state.kind === 'refused' && state.flaw === 'folder_writable_by_others',
  )
  // What others may write to is theirs to change again: the folder has to be closed first.
  if (folder) return 'chmod go-w'
  return names.length === 0 ? FETCH : `${FETCH} ${names.join(' ')}`
}

/** A state in a few English words, for details and logs. */
function describeState(state: ModelState): string {
  return state.kind === 'refused' ? state.flaw.replaceAll('_', ' ') : state.kind
}

/** What the runtime says of a network that it has loaded. */
export type SessionFacts = {
  readonly inputs: readonly SessionTensor[]
  readonly outputs: readonly SessionTensor[]
}

/** A dimension that is not fixed has a name instead of a number. */
export type SessionTensor = {
  readonly name: string
  readonly type: string
  readonly shape: readonly (number | string)[]
}

/**
 * Compares a network that was loaded with its row: names, types and every dimension, in any order, and
 * nothing beside them.
 *
 * @returns an error that names the first difference, such as `output cls_8 has 1x1600x2, not 1x1600x1`
 */
export function checkShape(model: FaceModel, facts: SessionFacts): Result<undefined, string> {
  const inputs = compare('input', [model.input], facts.inputs)
  return inputs.ok ? compare('output', model.outputs, facts.outputs) : inputs
}

function compare(
  what: string,
  wanted: readonly ModelTensor[],
  present: readonly SessionTensor[],
): Result<undefined, string> {
  for (const { name, shape } of wanted) {
    const found = present.find((one) => one.name === name)
    if (found === undefined) return err(`${what} ${name} is missing`)
    if (found.type !== 'float32') return err(`${what} ${name} is ${found.type}, not float32`)
    const [has, not] = [found.shape.join('x'), shape.join('x')]
    if (has !== not) return err(`${what} ${name} has ${has}, not ${not}`)
  }
  const extra = present.find(({ name }) => !wanted.some((one) => one.name === name))
  return extra === undefined ? ok(undefined) : err(`${what} ${extra.name} is not listed`)
}

const NAME = /^[0-9A-Za-z][0-9A-Za-z_.-]{0,62}$/
const DIGEST = /^[0-9a-f]{64}$/
/** No model of ours comes near it; a row beyond it is a mistake. */
const MODEL_BYTES_MAX = 32 * 1_024 * 1_024

/** What is wrong with a list of models, in English; none when it can be used. */
export function flawsOfList(models: readonly FaceModel[]): readonly string[] {
  const names = models.map(({ name }) => name)
  const twice = names.filter((name, at) => names.indexOf(name) !== at)
  return [
    ...twice.map((name) => `${name}: twice in the list`),
    ...models.flatMap((model) => flawsOf(model).map((flaw) => `${model.name}: ${flaw}`)),
  ]
}

function flawsOf(model: FaceModel): readonly string[] {
  const isAddress = ({ address }: ModelSource) => /^https:\/\/[^\s@?#]+\.onnx$/.test(address)
  const checks: readonly (readonly [boolean, string])[] = [
    [NAME.test(model.name), 'the name is no file name'],
    [DIGEST.test(model.sha256), 'the digest is not 64 hexadecimal digits'],
    [model.bytes > 0 && model.bytes <= MODEL_BYTES_MAX, 'the length is out of bounds'],
    [model.sources.every(isAddress), 'a source is no https address of an .onnx file'],
    [model.developmentOnly || model.sources.length > 0, 'nobody says where it is to be had'],
    [!model.developmentOnly || !model.isDefault, 'one for development is never a default'],
  ]
  return checks.filter(([isGood]) => !isGood).map(([, flaw]) => flaw)
}
