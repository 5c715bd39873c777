import { describe, expect, test } from 'vitest'
import { FaceCamera, failureOf } from '../../../renderer/camera/face-camera.ts'
import { FaceVoice, LINE_EVERY_MS } from '../../../renderer/customer/face-voice.ts'
import { customerKeyboard, READER_GAP_MAX_MS } from '../../../renderer/customer/keyboard.ts'

type Stream = { name: string; isOn: boolean; getTracks(): { stop(): void }[] }

function stream(name: string): Stream {
  const made: Stream = {
    name,
    isOn: true,
    getTracks: () => [
      {
        stop: () => {
          made.isOn = false
        },
      },
    ],
  }
  return made
}

function cameraRig() {
  const asked: { give: (stream: Stream) => void; refuse: (error: unknown) => void }[] = []
  const fed: { captureId: string; pictures: unknown; ended: () => void; isStopped: boolean }[] = []
  const shown: (string | undefined)[] = []
  const camera = new FaceCamera<Stream>({
    openStream: () => new Promise((give, refuse) => asked.push({ give, refuse })),
    feed: (given) => {
      const feed = { ...given, isStopped: false }
      fed.push(feed)
      return () => {
        feed.isStopped = true
      }
    },
    onStream: (given) => shown.push(given?.name),
  })
  return { camera, asked, fed, shown }
}

const settled = () => new Promise((done) => setImmediate(done))

describe('F-01: the camera', () => {
  test('is asked for when a capture wants it, once, and closed when none does', async () => {
    const { camera, asked, fed, shown } = cameraRig()
    camera.follow(undefined)
    expect(asked.length).toBe(0)
    camera.follow('a')
    camera.follow('a')
    expect(asked.length).toBe(1)
    const one = stream('one')
    asked[0]?.give(one)
    await settled()
    expect(fed.map(({ captureId }) => captureId)).toEqual(['a'])
    camera.follow(undefined)
    expect(one.isOn).toBe(false)
    expect(fed[0]?.isStopped).toBe(true)
    expect(shown).toEqual(['one', undefined])
  })

  test('that opens after the customer left is closed at once and feeds nothing', async () => {
    const { camera, asked, fed, shown } = cameraRig()
    camera.follow('a')
    camera.follow(undefined)
    const late = stream('late')
    asked[0]?.give(late)
    await settled()
    expect(late.isOn).toBe(false)
    expect(fed).toEqual([])
    expect(shown).toEqual([])
  })

  test('is another one for another capture', async () => {
    const { camera, asked, fed } = cameraRig()
    camera.follow('a')
    const one = stream('one')
    asked[0]?.give(one)
    await settled()
    camera.follow('b')
    expect(one.isOn).toBe(false)
    asked[1]?.give(stream('two'))
    await settled()
    expect(fed.map(({ captureId }) => captureId)).toEqual(['a', 'b'])
  })

  test('is not opened again for a capture that is over', async () => {
    const { camera, asked, fed } = cameraRig()
    camera.follow('a')
    const one = stream('one')
    asked[0]?.give(one)
    await settled()
    fed[0]?.ended()
    expect(one.isOn).toBe(false)
    camera.follow('a')
    camera.follow(undefined)
    camera.follow('a')
    expect(asked.length).toBe(1)
  })

  test.each([
    ['NotFoundError', 'none'],
    ['OverconstrainedError', 'none'],
    ['NotAllowedError', 'denied'],
    ['SecurityError', 'denied'],
    ['NotReadableError', 'busy'],
    ['AbortError', 'busy'],
    ['TypeError', 'lost'],
  ])('that fails with %s is %s', async (name, why) => {
    const { camera, asked, fed } = cameraRig()
    camera.follow('a')
    asked[0]?.refuse({ name })
    await settled()
    expect(fed[0]?.pictures).toBe(why)
    expect(failureOf({ name })).toBe(why)
  })

  test('that fails with nothing is lost', () => {
    expect([failureOf(undefined), failureOf('x'), failureOf(null)]).toEqual([
      'lost',
      'lost',
      'lost',
    ])
  })
})

function voiceRig(
  voices = [
    { lang: 'zh-CN', localService: true },
    { lang: 'en-US', localService: true },
  ],
) {
  const heard: string[] = []
  const timers: (() => void)[] = []
  const delays: number[] = []
  const speech = {
    getVoices: () => voices,
    speak: (text: string, { lang }: { lang: string }) => heard.push(`${lang} ${text}`),
    cancel: () => heard.push('-'),
  }
  const voice = new FaceVoice(speech, (delayMs, run) => {
    delays.push(delayMs)
    timers.push(run)
    return () => {}
  })
  return { voice, heard, timers, delays }
}

describe('F-08: the voice', () => {
  test('says each line once, and the newest when lines change too fast', () => {
    const { voice, heard, timers, delays } = voiceRig()
    voice.follow({ text: 'a', language: 'en' })
    voice.follow({ text: 'a', language: 'en' })
    voice.follow({ text: 'b', language: 'en' })
    voice.follow({ text: 'c', language: 'en' })
    expect(heard).toEqual(['-', 'en-US a'])
    timers.shift()?.()
    expect(heard).toEqual(['-', 'en-US a', '-', 'en-US c'])
    expect(delays).toEqual([LINE_EVERY_MS, LINE_EVERY_MS])
    timers.shift()?.()
    expect(heard.length).toBe(4)
  })

  test('is silent at once when there is nothing to say', () => {
    const { voice, heard, timers } = voiceRig()
    voice.follow({ text: '请看屏幕', language: 'zh-CN' })
    voice.follow(undefined)
    expect(heard).toEqual(['-', 'zh-CN 请看屏幕', '-'])
    timers.shift()?.()
    expect(heard.length).toBe(3)
  })

  test('is of this machine, or there is none', () => {
    const { voice, heard } = voiceRig([{ lang: 'en-US', localService: false }])
    voice.follow({ text: 'a', language: 'en' })
    expect(heard).toEqual([])
  })
})

describe('the keyboard', () => {
  function keyboard() {
    const done: string[] = []
    const listen = customerKeyboard({
      language: () => done.push('language'),
      key: (key) => done.push(key),
      leave: () => done.push('leave'),
    })
    const press = (key: string, timeStamp: number, more = {}) => {
      let isPrevented = false
      listen({
        key,
        timeStamp,
        repeat: false,
        ctrlKey: false,
        altKey: false,
        metaKey: false,
        preventDefault: () => {
          isPrevented = true
        },
        ...more,
      })
      return isPrevented
    }
    return { done, press }
  }

  test('F-08: digits, correction, the way out and the language have keys', () => {
    const { done, press } = keyboard()
    for (const key of ['1', 'Backspace', 'Escape', 'F9', 'x']) press(key, 0)
    press('1', 0, { ctrlKey: true })
    expect(done).toEqual(['1', 'erase', 'leave', 'language'])
  })

  test('F-03: the Enter of a code reader and a key that is held press no button', () => {
    const { press } = keyboard()
    expect(press('Enter', 1_000)).toBe(false)
    press('7', 2_000)
    expect(press('Enter', 2_000 + READER_GAP_MAX_MS - 1)).toBe(true)
    expect(press('Enter', 2_000 + READER_GAP_MAX_MS)).toBe(false)
    expect(press(' ', 9_000, { repeat: true })).toBe(true)
  })
})
