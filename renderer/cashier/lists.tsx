import type { CashierScreen, Light } from '../../src/screen/model.ts'
import type { Language } from '../text/language.ts'
import { isTextKey, type TextKey, translate } from '../text/translate.ts'

type ListProps = { readonly screen: CashierScreen; readonly language: Language }

const LEVEL_SHAPES: { readonly [level in Light['level']]: string } = {
  ok: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2z',
  busy: 'M8 2a6 6 0 1 0 6 6h-3a3 3 0 1 1-3-3z',
  bad: 'M8 1l7.5 13.5H.5z',
  off: 'M2 7h12v2H2z',
}

function lightWord(light: Light): TextKey {
  const named = `light.${light.device}.${light.detail}`
  return isTextKey(named) ? named : `light.level.${light.level}`
}

/** The devices, each with a shape, a word and a colour. */
export function Lights({ screen, language }: ListProps) {
  return (
    <ul class="lights">
      {screen.lights.map((light) => (
        <li key={light.device} class="light" data-level={light.level}>
          <svg viewBox="0 0 16 16" aria-hidden="true" focusable="false">
            <path d={LEVEL_SHAPES[light.level]} />
          </svg>
          <span>{translate(language, `light.${light.device}`)}</span>
          <strong>{translate(language, lightWord(light), { days: light.days ?? 0 })}</strong>
        </li>
      ))}
    </ul>
  )
}
