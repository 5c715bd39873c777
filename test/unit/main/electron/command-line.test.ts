import { describe, expect, it } from 'vitest'
import { readCall } from '../../../../main/electron/command-line.ts'

describe('what the app is started for', () => {
  it('is the screens, of the configuration it is given', () => {
    expect(readCall(['--no-sandbox', 'main.js', '--config', 'a.json', '--windowed'])).toEqual({
      config: 'a.json',
      windowed: true,
      command: undefined,
    })
    expect(readCall([])).toEqual({ config: undefined, windowed: false, command: undefined })
  })

  it('is one command, which gets everything that stands after the switch', () => {
    const words = ['cert', 'import', '--config', 'b.json', '--cli', '--windowed']
    expect(readCall(['--no-sandbox', 'main.js', '--cli', ...words])).toEqual({
      config: undefined,
      windowed: false,
      command: words,
    })
  })
})
