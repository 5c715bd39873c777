import type { ComponentChildren } from 'preact'
import { FACE_DRAWINGS } from './face-icons.tsx'
import type { IconName } from './icon-name.ts'

const DRAWINGS: { readonly [name in IconName]: ComponentChildren } = {
  ...FACE_DRAWINGS,
  ready: (
    <>
      <rect x="8" y="14" width="48" height="36" rx="6" />
      <path d="M18 40h12M18 24h4M28 24h4M38 24h8M40 40h6" />
    </>
  ),
  scan: (
    <>
      <path d="M8 20v-6a6 6 0 0 1 6-6h6M44 8h6a6 6 0 0 1 6 6v6M56 44v6a6 6 0 0 1-6 6h-6M20 56h-6a6 6 0 0 1-6-6v-6" />
      <path d="M20 22v20M28 22v20M36 22v20M44 22v20" />
      <path class="icon-beam" d="M6 32h52" />
    </>
  ),
  charging: (
    <>
      <circle class="icon-faint" cx="32" cy="32" r="25" />
      <path class="icon-turn" d="M32 7a25 25 0 0 1 25 25" />
      <path d="M32 44V21M22 30l10-10 10 10" />
    </>
  ),
  phone: (
    <>
      <rect x="16" y="5" width="32" height="54" rx="7" />
      <path d="M28 52h8" />
      <g class="icon-dots">
        <circle cx="24" cy="30" r="1.5" />
        <circle cx="32" cy="30" r="1.5" />
        <circle cx="40" cy="30" r="1.5" />
      </g>
    </>
  ),
  code: (
    <>
      <rect x="14" y="3" width="36" height="58" rx="8" />
      <path class="icon-fine" d="M23 14v13M28 14v13M32 14v13M37 14v13M41 14v13" />
      <rect class="icon-fine" x="24" y="34" width="16" height="16" rx="1" />
      <path class="icon-fine" d="M30 40h4v4h-4z" />
    </>
  ),
  search: (
    <>
      <circle cx="27" cy="27" r="19" />
      <path d="M41 41l16 16" />
      <path class="icon-dots" d="M19 27h.1M27 27h.1M35 27h.1" />
    </>
  ),
  back: (
    <>
      <path d="M20 8L8 20l12 12" />
      <path d="M8 20h30a18 18 0 0 1 0 36H18" />
    </>
  ),
  check: (
    <>
      <circle cx="32" cy="32" r="26" />
      <path d="M20 33l9 9 16-19" />
    </>
  ),
  cross: (
    <>
      <rect x="7" y="7" width="50" height="50" rx="8" />
      <path d="M22 22l20 20M42 22L22 42" />
    </>
  ),
  question: (
    <>
      <path d="M32 4l28 28-28 28L4 32z" />
      <path d="M25 26a7 7 0 1 1 10 6c-2 1-3 2-3 5M32 44v.2" />
    </>
  ),
  stop: (
    <>
      <path d="M21 6h22l15 15v22L43 58H21L6 43V21z" />
      <path d="M18 32h28" />
    </>
  ),
  again: (
    <>
      <path d="M54 32a22 22 0 1 1-7-16" />
      <path d="M54 6v13H41" />
    </>
  ),
  link: (
    <>
      <path d="M26 38l-6 6a9 9 0 0 1-13-13l8-8M38 26l6-6a9 9 0 0 1 13 13l-8 8" />
      <path d="M22 10l2 6M10 22l6 2M42 54l-2-6M54 42l-6-2" />
    </>
  ),
}

/** One drawing, as large as its box, in the colour of the text around it. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class={`icon icon-${name}`} viewBox="0 0 64 64" aria-hidden="true" focusable="false">
      {DRAWINGS[name]}
    </svg>
  )
}
