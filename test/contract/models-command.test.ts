import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { FACE_MODELS } from '../../src/face/model-list.ts'
import { needModel } from '../support/face-models.ts'
import { runGuitai } from '../support/guitai.ts'
import { type ModelServer, startModelServer } from '../support/model-server.ts'

const DEFAULTS = FACE_MODELS.filter(({ isDefault }) => isDefault).map(({ name }) => name)

let server: ModelServer
let home: string
let dir: string
let ca: string
beforeAll(async () => {
  server = await startModelServer()
})
afterAll(() => server?.close())
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'guitai-models-'))
  dir = join(home, 'models')
  ca = join(home, 'ca.pem')
  writeFileSync(ca, server.caPem)
  server.seen.length = 0
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const models = (what: string, ...words: string[]) =>
  runGuitai('models', what, ...words, '--dir', dir)
const fromServer = () => ['--from', `${server.origin}/mirror/`, '--ca', ca]

describe('guitai models', () => {
  it('fetches what face pay needs from a mirror, verifies it, and fetches nothing twice', async (context) => {
    const bytesOf = new Map(DEFAULTS.map((name) => [`${name}.onnx`, needModel(context, name)]))
    server.serve = (response, request) => response.end(bytesOf.get(basename(request.url ?? '')))
    const fetched = await models('fetch', ...fromServer())
    expect(fetched).toMatchObject({ code: 0, said: '' })
    expect(fetched.out).toContain('yunet_n_320_320: fetched (317434 bytes)')
    expect(server.seen).toEqual(DEFAULTS.map((name) => `/mirror/${name}.onnx`))
    expect(await models('verify')).toMatchObject({
      code: 0,
      out: expect.stringContaining('All face models are here.'),
    })
    const again = await models('fetch', ...fromServer())
    expect(again.out).toContain('here already')
    expect(server.seen).toHaveLength(DEFAULTS.length)
  })

  it('names a model that was changed, and fetches that one again', async (context) => {
    const copies = join(home, 'copies')
    mkdirSync(copies)
    for (const name of DEFAULTS) {
      writeFileSync(join(copies, `${name}.onnx`), needModel(context, name))
    }
    await models('fetch', '--from', copies)
    const spoilt = join(dir, 'MiniFASNetV2.onnx')
    writeFileSync(spoilt, readFileSync(spoilt).fill(0, 0, 1))
    const wrong = await models('verify', '--json')
    expect(wrong.code).toBe(1)
    expect(JSON.parse(wrong.out)).toMatchObject({
      kind: 'detector_only',
      lack: { cause: 'face.model_untrusted', command: 'guitai models fetch MiniFASNetV2' },
    })
    const mended = await models('fetch', '--from', copies)
    expect(mended.out.match(/: fetched/g)).toHaveLength(1)
    expect((await models('verify')).code).toBe(0)
  })

  it('says where it failed and why, and ends with 1', async () => {
    server.serve = (response) => response.end('not this')
    const failed = await models('fetch', 'yunet_n_320_320', ...fromServer())
    expect(failed.code).toBe(1)
    expect(failed.said).toContain('yunet_n_320_320: not fetched: it ended too early')
    expect(failed.said).toContain(server.origin)
    expect(readdirSync(dir)).toEqual([])
    expect(await models('verify')).toMatchObject({
      code: 1,
      out: expect.stringContaining('run: guitai models fetch yunet_n_320_320'),
    })
  })

  it('keeps nothing that only looks right', async () => {
    server.serve = (response) => response.end(Buffer.alloc(317_434))
    const failed = await models('fetch', 'yunet_n_320_320', ...fromServer())
    expect(failed).toMatchObject({ code: 1, said: expect.stringContaining('not the listed bytes') })
    expect(readdirSync(dir)).toEqual([])
  })

  it('removes models by name, or all, and touches nothing else', async () => {
    for (const file of ['yunet_n_320_320.onnx', 'MiniFASNetV2.onnx', 'own.onnx']) {
      writeFileSync(join(home, file), 'x')
    }
    dir = home
    expect(await models('remove')).toMatchObject({
      code: 2,
      said: expect.stringContaining('--all'),
    })
    expect((await models('remove', 'MiniFASNetV2')).out).toBe('MiniFASNetV2: removed\n')
    expect((await models('remove', '--all')).out).toBe('yunet_n_320_320: removed\n')
    expect(readdirSync(home).toSorted()).toEqual(['ca.pem', 'own.onnx'])
  })

  it('lists every model with what is here of it, in either language', async () => {
    const list = await models('list', '--json')
    const { models: rows } = JSON.parse(list.out) as { models: { name: string; state: object }[] }
    expect(rows.map(({ name }) => name)).toEqual(FACE_MODELS.map(({ name }) => name))
    expect(rows[0]?.state).toEqual({ kind: 'missing' })
    expect((await models('list')).out).toContain('yunet_n_320_320  detector  Apache-2.0')
    expect((await models('list', '--language', 'zh-CN')).out).toContain('人脸检测')
  })

  it.each([
    ['nothing'],
    ['fetch', 'unknown'],
    ['fetch', '--ca', 'nowhere.pem'],
    ['list', '--language', 'fr'],
    ['verify', '--wrong'],
  ])('is called wrongly: %s (%#)', async (what, ...words) => {
    expect((await models(what, ...words)).code).toBe(2)
  })
})
