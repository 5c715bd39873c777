import type { Cue } from './cue.ts'

type Tone = {
  readonly atMs: number
  readonly lengthMs: number
  readonly hertz: number
  readonly wave: OscillatorType
}

/** The cues as notes: one short tick, a rising pair, a low falling pair. */
const CUES: { readonly [cue in Cue]: readonly Tone[] } = {
  accepted: [{ atMs: 0, lengthMs: 70, hertz: 880, wave: 'sine' }],
  paid: [
    { atMs: 0, lengthMs: 130, hertz: 784, wave: 'sine' },
    { atMs: 120, lengthMs: 280, hertz: 1175, wave: 'sine' },
  ],
  attention: [
    { atMs: 0, lengthMs: 160, hertz: 330, wave: 'triangle' },
    { atMs: 200, lengthMs: 260, hertz: 247, wave: 'triangle' },
  ],
}

/** Plays cues. A browser keeps sound shut until somebody touched the page; then it is silent. */
export type Sounds = {
  /** To be called on a touch or a key, which is when a browser lets sound begin. */
  readonly wake: () => void
  readonly play: (cue: Cue) => void
}

/** Sounds made by the page's own oscillators; no file is loaded. */
export function createSounds(): Sounds {
  let context: AudioContext | undefined
  return {
    wake: () => {
      context ??= new AudioContext()
      if (context.state === 'suspended') context.resume().catch(() => {})
    },
    play: (cue) => {
      if (context?.state !== 'running') return
      for (const tone of CUES[cue]) playTone(context, tone)
    },
  }
}

function playTone(context: AudioContext, tone: Tone): void {
  const startSeconds = context.currentTime + tone.atMs / 1_000
  const endSeconds = startSeconds + tone.lengthMs / 1_000
  const oscillator = context.createOscillator()
  const gain = context.createGain()
  oscillator.type = tone.wave
  oscillator.frequency.value = tone.hertz
  gain.gain.setValueAtTime(0, startSeconds)
  gain.gain.linearRampToValueAtTime(0.3, startSeconds + 0.012)
  gain.gain.exponentialRampToValueAtTime(0.001, endSeconds)
  oscillator.connect(gain).connect(context.destination)
  oscillator.start(startSeconds)
  oscillator.stop(endSeconds)
}
