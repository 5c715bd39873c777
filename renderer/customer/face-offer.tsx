import { Icon } from '../shared/icons.tsx'
import type { Language } from '../text/language.ts'
import { translate } from '../text/translate.ts'

type FaceOfferProps = { readonly language: Language; readonly choose: () => void }

/**
 * The two ways to pay, of one size and weight, neither chosen (F-02, F-03). The code's side is no button:
 * the reader waits already.
 */
export function FaceOffer({ language, choose }: FaceOfferProps) {
  return (
    <ul class="ways" aria-label={translate(language, 'face.offer')}>
      <li class="way">
        <Icon name="code" />
        <span class="way-words">
          <strong>{translate(language, 'face.offer.code')}</strong>
          <span>{translate(language, 'face.offer.code.how')}</span>
        </span>
      </li>
      <li>
        <button
          type="button"
          class="way"
          onMouseDown={(event) => event.preventDefault()}
          onClick={(event) => {
            if (event.detail < 2) choose()
          }}
        >
          <Icon name="face" />
          <span class="way-words">
            <strong>{translate(language, 'face.offer.face')}</strong>
            <span>{translate(language, 'face.offer.face.how')}</span>
          </span>
        </button>
      </li>
    </ul>
  )
}
