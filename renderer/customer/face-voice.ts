import type { Language } from '../text/language.ts'

/** The part of speechSynthesis that is needed. */
export type Speech = {
  getVoices(): readonly VoiceLike[]
  speak(text: string, voice: VoiceLike): void
  cancel(): void
}
type VoiceLike = { readonly lang: string; readonly localService: boolean }

/** Guidance may change faster than it can be said: a line is not begun sooner than this after another. */
export const LINE_EVERY_MS = 1_500

/**
 * Says what stands on the screen, one line at a time and each once. It has a voice of this machine or
 * none: a voice elsewhere would be told what happens here.
 */
export class FaceVoice {
  readonly #speech: Speech
  readonly #after: (delayMs: number, run: () => void) => () => void
  #said: string | undefined
  #wanted: { readonly text: string; readonly language: Language } | undefined
  #cancelTimer: (() => void) | undefined

  constructor(speech: Speech, after: (delayMs: number, run: () => void) => () => void) {
    this.#speech = speech
    this.#after = after
  }

  /** What is to be heard now; undefined: silence, at once. */
  follow(line: { readonly text: string; readonly language: Language } | undefined): void {
    if (line === undefined) {
      if (this.#said !== undefined) this.#speech.cancel()
      this.#said = undefined
      this.#wanted = undefined
      return
    }
    this.#wanted = line
    if (this.#cancelTimer === undefined) this.#sayWanted()
  }

  #sayWanted(): void {
    const line = this.#wanted
    if (line === undefined || line.text === this.#said) return
    this.#said = line.text
    const voice = this.#voiceFor(line.language)
    if (voice === undefined) return
    this.#speech.cancel()
    this.#speech.speak(line.text, voice)
    this.#cancelTimer = this.#after(LINE_EVERY_MS, () => {
      this.#cancelTimer = undefined
      this.#sayWanted()
    })
  }

  #voiceFor(language: Language): VoiceLike | undefined {
    const ours = this.#speech.getVoices().filter(({ localService }) => localService)
    const wanted = language.toLowerCase()
    const name = (voice: VoiceLike) => voice.lang.replace('_', '-').toLowerCase()
    const [main = wanted] = wanted.split('-')
    return (
      ours.find((one) => name(one) === wanted) ?? ours.find((one) => name(one).startsWith(main))
    )
  }
}
