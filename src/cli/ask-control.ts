import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import type { Sandbox } from '../sandbox/node/sandbox.ts'

/** Posts to the sandbox's control surface and gives what it answers; rejects for anything but 200. */
export function askControl(
  { origin, controlToken, dir }: Pick<Sandbox, 'origin' | 'controlToken' | 'dir'>,
  path: string,
  body: object = {},
): Promise<unknown> {
  const ca = readFileSync(join(dir, 'ca.pem'))
  const headers = { authorization: `Bearer ${controlToken}`, 'content-type': 'application/json' }
  return new Promise((done, fail) => {
    const asking = request(`${origin}${path}`, { method: 'POST', ca, headers }, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => {
        text += chunk
      })
      answer.on('end', () => {
        if (answer.statusCode === 200) done(JSON.parse(text))
        else fail(new Error(`${path}: ${answer.statusCode} ${text}`))
      })
    })
    asking.once('error', fail)
    asking.end(JSON.stringify(body))
  })
}
