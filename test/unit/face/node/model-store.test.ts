import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadModels, lookAtModels, readModel } from '../../../../src/face/node/model-store.ts'
import { fakeModel } from '../../../support/face-models.ts'

const BYTES = Uint8Array.from({ length: 10_000 }, (_, at) => at % 251)
const NET = fakeModel('net', BYTES)
const LIVE = fakeModel('live', BYTES.slice(1), { role: 'liveness' })
const DRAWN = fakeModel('drawn', BYTES.slice(2), { developmentOnly: true, isDefault: false })

let home: string
let folder: string
let file: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'guitai-store-'))
  folder = join(home, 'models')
  mkdirSync(folder, { mode: 0o755 })
  file = join(folder, 'net.onnx')
  writeFileSync(file, BYTES, { mode: 0o644 })
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const read = () => readModel(folder, NET)
const refused = (flaw: string) => ({ kind: 'refused', flaw })

describe('a model file', () => {
  it('is read whole, and the bytes are those that were hashed', () => {
    expect(read()).toEqual({ kind: 'right', bytes: BYTES })
  })

  it.each<[string, () => void, object]>([
    ['gone', () => rmSync(file), { kind: 'missing' }],
    ['in no folder', () => rmSync(folder, { recursive: true }), { kind: 'missing' }],
    [
      'changed in one bit',
      () => writeFileSync(file, BYTES.with(9_999, 0)),
      refused('wrong_digest'),
    ],
    ['cut', () => truncateSync(file, 9_999), refused('wrong_length')],
    ['longer', () => truncateSync(file, 10_001), refused('wrong_length')],
    ['empty', () => truncateSync(file, 0), refused('wrong_length')],
    [
      'swapped for another listed one',
      () => writeFileSync(file, BYTES.slice(1)),
      refused('wrong_length'),
    ],
    ['writable by its group', () => chmodSync(file, 0o664), refused('file_writable_by_others')],
    ['writable by everybody', () => chmodSync(file, 0o646), refused('file_writable_by_others')],
    [
      'in a folder that others may write to',
      () => chmodSync(folder, 0o1777),
      refused('folder_writable_by_others'),
    ],
    [
      'a folder',
      () => {
        rmSync(file)
        mkdirSync(file)
      },
      refused('not_a_file'),
    ],
    [
      'a pipe',
      () => {
        rmSync(file)
        execFileSync('mkfifo', [file])
      },
      refused('not_a_file'),
    ],
    [
      'a link out',
      () => {
        renameSync(file, join(home, 'net.onnx'))
        symlinkSync('../net.onnx', file)
      },
      refused('not_a_file'),
    ],
    [
      'a link to nothing',
      () => {
        rmSync(file)
        symlinkSync('nowhere', file)
      },
      refused('not_a_file'),
    ],
    [
      'in a folder that is a link',
      () => {
        renameSync(folder, `${folder}-other`)
        symlinkSync('models-other', folder)
      },
      refused('not_a_file'),
    ],
  ])('that is %s is not used', (_name, spoil, wanted) => {
    spoil()
    expect(read()).toEqual(wanted)
  })

  it('that belongs to another user is not used', (context) => {
    if (process.getuid?.() !== 0) context.skip('only root can give a file away')
    chownSync(file, 12_345, 12_345)
    expect(read()).toEqual(refused('owned_by_another'))
    chownSync(file, 0, 0)
    chownSync(folder, 12_345, 12_345)
    expect(read()).toEqual(refused('owned_by_another'))
  })

  it('is read again each time, whatever it was before', () => {
    expect(read().kind).toBe('right')
    writeFileSync(file, BYTES.with(0, 9))
    expect(read()).toEqual(refused('wrong_digest'))
    expect(lookAtModels(folder, [NET])).toEqual([{ model: NET, state: refused('wrong_digest') }])
  })
})

describe('the models to load', () => {
  const models = [NET, DRAWN, LIVE]
  const load = (more: object = {}) =>
    loadModels({ folder, models, allowDevelopment: false, ...more })

  it('come with their bytes', () => {
    writeFileSync(join(folder, 'live.onnx'), BYTES.slice(1))
    expect(load()).toEqual({
      kind: 'whole',
      detector: { model: NET, bytes: BYTES },
      liveness: [{ model: LIVE, bytes: BYTES.slice(1) }],
    })
  })

  it('come without those that are wrong, and say what mends it', () => {
    writeFileSync(join(folder, 'live.onnx'), BYTES)
    expect(load()).toMatchObject({
      kind: 'detector_only',
      liveness: [],
      lack: { cause: 'face.model_untrusted', command: 'guitai models fetch live' },
    })
    chmodSync(folder, 0o777)
    expect(load()).toMatchObject({ kind: 'none', lack: { command: `chmod go-w '${folder}'` } })
  })

  it('take the one for development from its own folder, only where that is allowed', () => {
    rmSync(file)
    const developmentFolder = join(home, 'drawn')
    mkdirSync(developmentFolder)
    writeFileSync(join(developmentFolder, 'drawn.onnx'), BYTES.slice(2))
    writeFileSync(join(developmentFolder, 'net.onnx'), BYTES)
    const lack = { cause: 'face.model_development_only' }
    expect(load({ developmentFolder })).toMatchObject({ kind: 'none', lack })
    const allowed = load({ developmentFolder, allowDevelopment: true })
    expect(allowed).toMatchObject({ kind: 'development', detector: { model: DRAWN } })
    expect(load({ allowDevelopment: true })).toMatchObject({ kind: 'none' })
  })
})
