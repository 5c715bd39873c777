export type ReleaseCheck = {
  readonly kind: 'new' | 'released' | 'changed'
  readonly version: string
  /** Lower-case hex. */
  readonly sha256: string
  readonly releases: Readonly<Record<string, string>>
}

export function digestOfSources(root: string): string
export function checkRelease(root: string): ReleaseCheck
export function recordRelease(root: string): { readonly version: string; readonly sha256: string }
export function beforePack(): void
