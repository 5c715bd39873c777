import type { Speech } from './face-voice.ts'

/** The speech of a real page; one that has none is silent. */
export function pageSpeech(page: Window): Speech {
  const { speechSynthesis } = page as { readonly speechSynthesis?: SpeechSynthesis }
  return {
    getVoices: () => speechSynthesis?.getVoices() ?? [],
    speak: (text, voice) => {
      const utterance = new SpeechSynthesisUtterance(text)
      utterance.voice = voice as SpeechSynthesisVoice
      utterance.lang = voice.lang
      speechSynthesis?.speak(utterance)
    },
    cancel: () => speechSynthesis?.cancel(),
  }
}
