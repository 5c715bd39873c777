import { createHash } from 'node:crypto'
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import {
  type FaceModel,
  type FoundModel,
  judgeModels,
  type ModelFlaw,
  type ModelState,
  type ModelVerdict,
} from '../models.ts'

/** A model with the very bytes whose digest was right: load these, never the file. */
export type LoadedModel = { readonly model: FaceModel; readonly bytes: Uint8Array<ArrayBuffer> }

/** {@link ModelVerdict}, with what is to be loaded. */
export type ModelSet = Pick<ModelVerdict, 'kind' | 'lack'> & {
  readonly detector?: LoadedModel
  readonly liveness: readonly LoadedModel[]
}

/** Where models are looked for. */
export type ModelStoreOptions = {
  readonly folder: string
  /** In the order of preference. */
  readonly models: readonly FaceModel[]
  readonly allowDevelopment: boolean
  /** Where those for development are as well; the program's own sources. */
  readonly developmentFolder?: string
}

/** The file of a model in a folder. */
export function modelPath(folder: string, { name }: FaceModel): string {
  return join(folder, `${name}.onnx`)
}

/**
 * Reads every listed model, whole, and says which are used. Called again it reads again: a file is
 * trusted by its bytes at that moment and by nothing it was before.
 */
export function loadModels(options: ModelStoreOptions): ModelSet {
  const bytesOf = new Map<FaceModel, Uint8Array<ArrayBuffer>>()
  const found = options.models.map((model): FoundModel => {
    const read = readListed(options, model)
    if (read.kind !== 'right') return { model, state: read }
    bytesOf.set(model, read.bytes)
    return { model, state: { kind: 'right' } }
  })
  const { kind, detector, liveness, lack } = judgeModels(found, options)
  const loaded = (model: FaceModel | undefined) => {
    const bytes = model && bytesOf.get(model)
    return model && bytes ? [{ model, bytes }] : []
  }
  const [first] = loaded(detector)
  return {
    kind,
    ...(first ? { detector: first } : {}),
    liveness: liveness.flatMap(loaded),
    ...(lack ? { lack: inFolder(lack, options.folder) } : {}),
  }
}

/** A command that is about the folder has to name it. */
function inFolder(lack: NonNullable<ModelSet['lack']>, folder: string) {
  return lack.command.startsWith('chmod')
    ? { ...lack, command: `${lack.command} '${folder}'` }
    : lack
}

/** What is in a folder of the listed models, without keeping any. */
export function lookAtModels(folder: string, models: readonly FaceModel[]): readonly FoundModel[] {
  return models.map((model) => {
    const read = readModel(folder, model)
    return { model, state: read.kind === 'right' ? { kind: 'right' } : read }
  })
}

type Read =
  | { readonly kind: 'right'; readonly bytes: Uint8Array<ArrayBuffer> }
  | Exclude<ModelState, { readonly kind: 'right' }>

const MISSING = { kind: 'missing' } as const
const refuse = (flaw: ModelFlaw) => ({ kind: 'refused', flaw }) as const

function readListed(options: ModelStoreOptions, model: FaceModel): Read {
  const read = readModel(options.folder, model)
  const { developmentFolder } = options
  if (read.kind !== 'missing' || !model.developmentOnly || !developmentFolder) return read
  return readModel(developmentFolder, model)
}

/**
 * Reads one model and compares length and SHA-256 of the whole. Refused as well: a link, what belongs
 * to another user, and what others may write to, since they could change it after the next start.
 */
export function readModel(folder: string, model: FaceModel): Read {
  let file: number | undefined
  try {
    const about = lstatSync(folder)
    if (!about.isDirectory()) return refuse('not_a_file')
    const path = modelPath(folder, model)
    // Looked at first: opening a pipe or a device would wait, or do something.
    if (!lstatSync(path).isFile()) return refuse('not_a_file')
    if (isOfAnother(about)) return refuse('owned_by_another')
    if (isWritableByOthers(about)) return refuse('folder_writable_by_others')
    file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
    return readOpen(file, model)
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    if (code === 'ELOOP') return refuse('not_a_file')
    return code === 'ENOENT' ? MISSING : refuse('unreadable')
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

/** Everything is asked of the open file: its name may lead elsewhere by now. */
function readOpen(file: number, model: FaceModel): Read {
  const about = fstatSync(file)
  if (!about.isFile()) return refuse('not_a_file')
  if (isOfAnother(about)) return refuse('owned_by_another')
  if (isWritableByOthers(about)) return refuse('file_writable_by_others')
  if (about.size !== model.bytes) return refuse('wrong_length')
  // One byte more than there may be shows a file that grows meanwhile.
  const bytes = new Uint8Array(model.bytes + 1)
  let filled = 0
  for (let read = 1; read > 0 && filled < bytes.length; filled += read) {
    read = readSync(file, bytes, filled, bytes.length - filled, null)
  }
  if (filled !== model.bytes) return refuse('wrong_length')
  const whole = bytes.slice(0, filled)
  const digest = createHash('sha256').update(whole).digest('hex')
  return digest === model.sha256 ? { kind: 'right', bytes: whole } : refuse('wrong_digest')
}

/** Root may own what it installed for everybody. */
function isOfAnother({ uid }: Stats): boolean {
  return process.getuid !== undefined && uid !== process.getuid() && uid !== 0
}

/** On Windows modes say nothing; there the folder's access list has to. */
function isWritableByOthers({ mode }: Stats): boolean {
  return process.platform !== 'win32' && (mode & 0o022) !== 0
}
