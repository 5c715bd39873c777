import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { FaceScreen } from '../../src/screen/model.ts'
import { type TextKey, translate } from '../text/translate.ts'
import type { FaceFlowProps } from './face-props.ts'

type Notice = NonNullable<FaceScreen['notice']>

/** What has to be told before anybody can agree (F-04, F-05, F-07), in this order. */
const ITEMS: readonly (readonly [name: TextKey, text: TextKey])[] = [
  ['face.notice.who', 'face.notice.who.text'],
  ['face.notice.to', 'face.notice.to.text'],
  ['face.notice.what_for', 'face.notice.what_for.text'],
  ['face.notice.how', 'face.notice.how.text'],
  ['face.notice.kept', 'face.notice.kept.text'],
  ['face.notice.effect', 'face.notice.effect.text'],
  ['face.notice.refuse', 'face.notice.refuse.text'],
  ['face.notice.withdraw', 'face.notice.withdraw.text'],
  ['face.notice.complain', 'face.notice.complain.text'],
  ['face.notice.age', 'face.notice.age.text'],
]

/**
 * The notice. It fits; where it does not, because of large type or long names, its columns run on to the
 * side and are turned like pages, so that nothing has to be scrolled.
 */
export function FaceNoticeText({ state, face }: FaceFlowProps) {
  const { language } = state
  const { notice } = face
  const area = useRef<HTMLDListElement>(null)
  const { page, pages, turn } = usePages(area, `${language} ${notice?.version}`)
  if (notice === undefined) return null
  return (
    <div class="notice-body" data-pages={pages}>
      <dl class="notice-text" ref={area}>
        {ITEMS.map(([name, text]) => (
          <div key={name}>
            <dt>{translate(language, name)}</dt>
            <dd>{translate(language, text, valuesOf(notice))}</dd>
          </div>
        ))}
      </dl>
      {pages > 1 && (
        <nav class="notice-pages">
          <button type="button" disabled={page === 0} onClick={() => turn(-1)}>
            {translate(language, 'face.notice.back')}
          </button>
          <p role="status">{translate(language, 'face.notice.page', { page: page + 1, pages })}</p>
          <button type="button" disabled={page === pages - 1} onClick={() => turn(1)}>
            {translate(language, 'face.notice.next')}
          </button>
        </nav>
      )}
    </div>
  )
}

function valuesOf({ handler, contact, recipient }: Notice) {
  return { handler, contact, recipient }
}

/** How many pages wide the columns are, and which is shown. `content`: what a new text is known by. */
function usePages(area: { readonly current: HTMLElement | null }, content: string) {
  const [pages, setPages] = useState(1)
  const [page, setPage] = useState(0)
  useLayoutEffect(() => {
    const element = area.current
    if (element === null) return
    const measure = () => {
      const gap = gapOf(element)
      const count = Math.ceil((element.scrollWidth + gap - 1) / (element.clientWidth + gap))
      setPages(Math.max(1, count))
    }
    setPage(0)
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [content])
  const shown = Math.min(page, pages - 1)
  useLayoutEffect(() => {
    const element = area.current
    if (element === null) return
    const gap = gapOf(element)
    element.scrollLeft = shown * (element.clientWidth + gap)
  }, [shown, area])
  const turn = (by: number) => setPage(Math.min(Math.max(0, shown + by), pages - 1))
  return { page: shown, pages, turn }
}

/** The space between columns, pixels; a computed length ends in `px`. */
function gapOf(element: HTMLElement): number {
  return Number(getComputedStyle(element).columnGap.replace(/px$/, '')) || 0
}
