import { rmSync } from 'node:fs'
import { afterEach, expect, it, vi } from 'vitest'
import { HeadFile } from '../../../src/journal/node/head-file.ts'
import { isSigned, signMark } from '../../../src/journal/node/marks.ts'
import { makeJournalFolder } from '../../support/journal-file.ts'

/** How many of the next writes end in the middle, as on a disk that fails. */
const disk = vi.hoisted(() => ({ tornWrites: 0 }))
vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof import('node:fs')>()
  const write = (file: number, bytes: Buffer, ...rest: unknown[]) => {
    const [, , at, done] = rest as [number, number, number, (cause: Error | null) => void]
    if (disk.tornWrites === 0) {
      fs.write(file, bytes, 0, bytes.length, at, (cause) => done(cause))
      return
    }
    disk.tornWrites -= 1
    fs.writeSync(file, bytes, 0, 100, at)
    done(new Error('EIO'))
  }
  return { ...fs, write }
})

const at = makeJournalFolder()
afterEach(() => rmSync(at.folder, { recursive: true, force: true }))

it('P5: words that cannot be written never cost the last one that was', async () => {
  const head = new HeadFile(at.headFile)
  const note = (seq: number) =>
    new Promise((resolve) => {
      head.note(signMark(at.signer, 'head', { seq, hash: Buffer.alloc(32), atMs: seq }), resolve)
    })
  const newest = () =>
    new HeadFile(at.headFile).newest((mark) => isSigned(at.signer, 'head', mark))?.seq
  await note(1)
  await note(2)
  disk.tornWrites = 2
  expect(await note(3)).toBeInstanceOf(Error)
  expect(await note(4)).toBeInstanceOf(Error)
  expect(newest()).toBe(2)
  await note(5)
  await note(6)
  expect(newest()).toBe(6)
  head.close()
})
