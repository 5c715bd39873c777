import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { fail } from './usage.ts'

/**
 * A password or PIN: the first line of a file, or typed without being shown. Never an argument, which
 * everybody on the machine could read.
 *
 * @param file `undefined` or `prompt`: ask at the keyboard
 */
export async function askSecret(question: string, file: string | undefined): Promise<string> {
  if (file !== undefined && file !== 'prompt') {
    try {
      return readFileSync(resolve(file), 'utf8').split(/\r?\n/, 1)[0] ?? ''
    } catch {
      return fail(`${file} cannot be read`)
    }
  }
  if (!process.stdin.isTTY) fail(`${question}: there is no keyboard to ask at; give a file`)
  process.stderr.write(`${question}: `)
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true })
  try {
    return await new Promise<string>((answer) => {
      lines.once('line', answer)
      lines.once('close', () => answer(''))
    })
  } finally {
    lines.close()
    process.stderr.write('\n')
  }
}
