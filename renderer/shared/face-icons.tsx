import type { ComponentChildren } from 'preact'
import type { FaceIconName } from './icon-name.ts'

const HEAD = <path d="M32 12c9 0 15 6 15 17 0 12-7 21-15 21S17 41 17 29c0-11 6-17 15-17z" />
const EYES = <path d="M26 28v3M38 28v3" />
const MOUTH = <path d="M26 40c4 3 8 3 12 0" />
const CORNERS = (
  <path d="M6 17v-5a6 6 0 0 1 6-6h5M47 6h5a6 6 0 0 1 6 6v5M58 47v5a6 6 0 0 1-6 6h-5M17 58h-5a6 6 0 0 1-6-6v-5" />
)
const TURNED = (
  <g class="icon-head">
    <path d="M32 10c9 0 15 6 15 16 0 12-7 20-15 20S17 38 17 26c0-10 6-16 15-16z" />
    <path d="M22 25v3M33 25v3M23 36c3 2 6 2 9 0" />
  </g>
)
const ARROW = (
  <g class="icon-arrow">
    <path d="M46 56H14M22 48l-8 8 8 8" />
  </g>
)

/** Drawings of face pay. A turn is drawn as the mirror shows it: to the customer's own side. */
export const FACE_DRAWINGS: { readonly [name in FaceIconName]: ComponentChildren } = {
  face: (
    <>
      {CORNERS}
      {HEAD}
      {EYES}
      {MOUTH}
    </>
  ),
  one_person: (
    <>
      <circle cx="32" cy="20" r="12" />
      <path d="M10 58c0-13 9-20 22-20s22 7 22 20" />
    </>
  ),
  closer: (
    <>
      <circle cx="32" cy="32" r="9" />
      <path d="M8 8l12 12M20 11v9h-9M56 8L44 20M44 11v9h9M8 56l12-12M20 53v-9h-9M56 56L44 44M44 53v-9h9" />
    </>
  ),
  further: (
    <>
      <circle cx="32" cy="32" r="7" />
      <path d="M20 20L8 8M8 17V8h9M44 20L56 8M56 17V8h-9M20 44L8 56M8 47v9h9M44 44l12 12M56 47v9h-9" />
    </>
  ),
  middle: (
    <>
      <circle cx="32" cy="32" r="11" />
      <path d="M32 4v10M32 60V50M4 32h10M60 32H50" />
    </>
  ),
  light: (
    <>
      <circle cx="32" cy="32" r="12" />
      <path d="M32 4v8M32 52v8M4 32h8M52 32h8M12 12l6 6M46 46l6 6M12 52l6-6M46 18l6-6" />
    </>
  ),
  still: (
    <>
      {HEAD}
      {EYES}
      <path d="M28 41h8M6 24v16M58 24v16" />
    </>
  ),
  turn_left: (
    <>
      {TURNED}
      {ARROW}
    </>
  ),
  turn_right: (
    <g transform="matrix(-1 0 0 1 64 0)">
      {TURNED}
      {ARROW}
    </g>
  ),
  blink: (
    <>
      {HEAD}
      {MOUTH}
      <path class="icon-dots" d="M23 29c2 2 5 2 6 0M35 29c2 2 5 2 6 0" />
    </>
  ),
  device: (
    <>
      <rect x="12" y="4" width="40" height="44" rx="6" />
      <path d="M32 48v8M20 60h24" />
      <circle cx="32" cy="22" r="8" />
      <path d="M19 40c3-6 7-8 13-8s10 2 13 8" />
    </>
  ),
  recognising: (
    <>
      <circle class="icon-faint" cx="32" cy="32" r="28" />
      <path class="icon-turn" d="M32 4a28 28 0 0 1 28 28" />
      <path d="M24 27v3M40 27v3M24 40c5 4 11 4 16 0" />
    </>
  ),
  voice: (
    <>
      <path d="M8 25h11l14-12v38L19 39H8z" />
      <path d="M42 24c4 5 4 11 0 16M49 16c9 10 9 22 0 32" />
    </>
  ),
  silent: (
    <>
      <path d="M8 25h11l14-12v38L19 39H8z" />
      <path d="M43 25l14 14M57 25L43 39" />
    </>
  ),
}
