import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Language } from '../domain/errors.ts'
import { FACE_MODELS } from '../face/model-list.ts'
import { type FaceModel, type FoundModel, judgeModels } from '../face/models.ts'
import {
  type DownloadFailure,
  type DownloadTools,
  fetchModel,
  modelDispatcher,
  removeModel,
} from '../face/node/model-download.ts'
import { lookAtModels } from '../face/node/model-store.ts'
import { readConfig } from '../terminal/config.ts'
import { DEVELOPMENT_MODELS } from '../terminal/face.ts'
import { modelsHome } from '../terminal/folders.ts'
import { systemClock } from '../terminal/system.ts'
import {
  DOWNLOAD_WORDS,
  MODEL_WORDS,
  VERDICT_WORDS,
  wordsOfRole,
  wordsOfState,
} from './models-words.ts'
import { progressLine } from './progress.ts'
import { describeProblem, fail, readOptions, systemLanguage } from './usage.ts'

const OPTIONS = {
  config: { type: 'string' },
  dir: { type: 'string' },
  from: { type: 'string' },
  ca: { type: 'string' },
  language: { type: 'string' },
  all: { type: 'boolean', default: false },
  development: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const

type Values = ReturnType<typeof readOptions<typeof OPTIONS>>['values']
type Call = {
  readonly folder: string
  readonly language: Language
  /** Named models, in the order of the list; all of them when none is named. */
  readonly named: readonly FaceModel[]
  readonly isNamed: boolean
  readonly values: Values
}

const ACTIONS: Readonly<Record<string, (call: Call) => void | Promise<void>>> = {
  list,
  fetch: fetchAll,
  verify,
  remove,
}

/**
 * `guitai models list|fetch|verify|remove`: the face models of this machine. Ends with 0; with 1 when a
 * model is missing, wrong or was not fetched; with 2 for a wrong call.
 */
export async function runModels(argv: string[]): Promise<void> {
  const { values, positionals } = readOptions(argv, OPTIONS)
  const [what = 'list', ...names] = positionals
  const act = Object.hasOwn(ACTIONS, what) ? ACTIONS[what] : undefined
  if (act === undefined) return fail(`models ${what}: there is ${Object.keys(ACTIONS).join(', ')}`)
  const unknown = names.find((name) => !FACE_MODELS.some((model) => model.name === name))
  if (unknown !== undefined) fail(`there is no model "${unknown}"; guitai models list has them`)
  const named = FACE_MODELS.filter(({ name }) => names.length === 0 || names.includes(name))
  const call = { named, isNamed: names.length > 0, values, language: languageOf(values.language) }
  await act({ ...call, folder: folderOf(values) })
}

function languageOf(wanted: string | undefined): Language {
  if (wanted === undefined) return systemLanguage()
  return wanted === 'zh-CN' || wanted === 'en' ? wanted : fail('--language is zh-CN or en')
}

type WithFace = { readonly face?: { readonly modelsDir?: string | undefined } | undefined }

function folderOf({ config, dir }: Values): string {
  if (dir !== undefined) return resolve(dir)
  if (config === undefined) return modelsHome()
  const read = readConfig(resolve(config))
  if (!read.ok) return fail(describeProblem(read.error))
  const { baseDir, face }: typeof read.value & WithFace = read.value
  return modelsHome(face?.modelsDir === undefined ? undefined : resolve(baseDir, face.modelsDir))
}

function list({ folder, language, named, values }: Call): void {
  const found = lookAtModels(folder, named)
  if (values.json) {
    const models = found.map(({ model, state }) => ({ ...model, state }))
    console.log(JSON.stringify({ folder, models }))
    return
  }
  console.log(folder)
  for (const { model, state } of found) {
    const size = `${model.bytes} ${MODEL_WORDS.bytes[language]}`
    const role = wordsOfRole(model)[language]
    console.log(
      `  ${model.name}  ${role}  ${model.licence}  ${size}  ${wordsOfState(state)[language]}`,
    )
  }
}

/** Reads everything that is here; an alternative or a model for development may be missing. */
function verify({ folder, language, named, isNamed, values }: Call): void {
  const found = lookAtModels(folder, named)
  const verdict = judgeModels(found, { allowDevelopment: true })
  const isRight = ({ model, state }: FoundModel) =>
    state.kind === 'right' || (state.kind === 'missing' && !isNamed && !model.isDefault)
  const areRight = found.every(isRight)
  process.exitCode = areRight ? 0 : 1
  if (values.json) {
    const { kind, lack } = verdict
    const models = found.map(({ model, state }) => ({ name: model.name, state }))
    console.log(JSON.stringify({ folder, kind, ...(lack ? { lack } : {}), models }))
    return
  }
  for (const { model, state } of found) {
    console.log(`${model.name}: ${wordsOfState(state)[language]}`)
  }
  if (isNamed) return
  console.log(VERDICT_WORDS[verdict.kind][language])
  if (!areRight && verdict.lack)
    console.log(`${MODEL_WORDS.mend[language]}: ${verdict.lack.command}`)
}

async function fetchAll(call: Call): Promise<void> {
  const { folder, language, named, isNamed, values } = call
  const wanted = named.filter(
    ({ isDefault, developmentOnly }) =>
      isNamed || (developmentOnly ? values.development : values.all || isDefault),
  )
  const dispatcher = modelDispatcher(readAuthority(values.ca))
  for (const found of lookAtModels(folder, wanted)) {
    const { model, state } = found
    if (state.kind === 'right') console.log(`${model.name}: ${MODEL_WORDS.here[language]}`)
    else if (!(await fetchOne(model, call, dispatcher))) process.exitCode = 1
  }
  await dispatcher.close()
}

function readAuthority(file: string | undefined): string | undefined {
  if (file === undefined) return undefined
  try {
    return readFileSync(resolve(file), 'utf8')
  } catch {
    return fail(`${file} cannot be read`)
  }
}

/** Tries one place after the other; says what came of each. */
async function fetchOne(
  model: FaceModel,
  { folder, language, values }: Call,
  dispatcher: DownloadTools['dispatcher'],
): Promise<boolean> {
  for (const place of placesOf(model, values.from)) {
    const line = progressLine(`${MODEL_WORDS.fetching[language]} ${model.name}`)
    const onBytes = (done: number) => line.show({ done, total: model.bytes })
    const tools = { folder, clock: systemClock, dispatcher, onBytes }
    const fetched = await fetchModel(model, place, tools)
    line.end()
    if (fetched.ok) return sayFetched(model, folder, language)
    console.error(`guitai: ${model.name}: ${describeFailure(fetched.error, place, language)}`)
  }
  return false
}

function placesOf(model: FaceModel, from: string | undefined): readonly string[] {
  const file = `${model.name}.onnx`
  if (from !== undefined) {
    return [
      from.includes('://') ? `${from.replace(/\/+$/, '')}/${file}` : join(resolve(from), file),
    ]
  }
  if (model.developmentOnly) return [join(DEVELOPMENT_MODELS, file)]
  return model.sources.map(({ address }) => address)
}

/** What was fetched may still be refused where it lies. */
function sayFetched(model: FaceModel, folder: string, language: Language): boolean {
  const state = lookAtModels(folder, [model])[0]?.state ?? { kind: 'missing' }
  const words = state.kind === 'right' ? MODEL_WORDS.fetched : wordsOfState(state)
  const size = `${model.bytes} ${MODEL_WORDS.bytes[language]}`
  console.log(`${model.name}: ${words[language]} (${size})`)
  return state.kind === 'right'
}

function describeFailure(failure: DownloadFailure, place: string, language: Language): string {
  const { flaw, detail } = failure
  const what = `${MODEL_WORDS.failed[language]}: ${DOWNLOAD_WORDS[flaw][language]}`
  return `${what} [${detail.includes(place) ? detail : `${place}: ${detail}`}]`
}

function remove({ folder, language, named, isNamed, values }: Call): void {
  if (!isNamed && !values.all) fail('models remove needs names, or --all')
  for (const { model, state } of lookAtModels(folder, named)) {
    try {
      removeModel(folder, model)
    } catch (cause) {
      fail(cause instanceof Error ? cause.message : String(cause))
    }
    if (state.kind === 'missing') continue
    console.log(`${model.name}: ${MODEL_WORDS.removed[language]}`)
  }
}
