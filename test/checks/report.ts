import { CATALOGUE, type Check, type Part } from './catalogue.ts'

/** One test as it ended. */
export type Ran = { readonly file: string; readonly title: string; readonly passed: boolean }

/** What is known of one check. */
export type Line = {
  readonly check: Check
  readonly state: 'shown' | 'partly' | 'missing' | 'failed'
  /** Parts nothing shows yet. */
  readonly missing: readonly Part[]
  readonly tests: readonly Ran[]
}

/** An id in the title of a test, alone or for one part: `AC-3.1`, `AC-2a/decision`. */
const TAG =
  /\bAC-(annex|16-trig|\d+(?:\.(?:M?\d+|[a-z]+)|[a-z])?)(?:\/(decision|terminal|service|release))?(?![\w.]*\w)/g

/** The ids a title names, each with the part it is for; without one it is for all of them. */
export function tagsOf(
  title: string,
): { readonly id: string; readonly part: string | undefined }[] {
  return [...title.matchAll(TAG)].map(([, name, part]) => ({ id: `AC-${name}`, part }))
}

/** Holds the tests that ran against the catalogue. */
export function reportLines(tests: readonly Ran[]): Line[] {
  return CATALOGUE.map((check) => {
    const about = tests.filter(({ title }) => tagsOf(title).some(({ id }) => id === check.id))
    const missing = check.parts.filter(
      (part) =>
        !about.some(
          ({ passed, title }) =>
            passed &&
            tagsOf(title).some(
              (tag) => tag.id === check.id && (tag.part === undefined || tag.part === part),
            ),
        ),
    )
    return { check, tests: about, missing, state: stateOf(about, missing) }
  })
}

function stateOf(tests: readonly Ran[], missing: readonly Part[]): Line['state'] {
  if (tests.some(({ passed }) => !passed)) return 'failed'
  if (tests.length === 0) return 'missing'
  return missing.length === 0 ? 'shown' : 'partly'
}

/** Ids in titles that are not in the catalogue: a misspelt one would prove nothing unnoticed. */
export function strangers(tests: readonly Ran[]): string[] {
  const known = new Set(CATALOGUE.map(({ id }) => id))
  const named = tests.flatMap(({ title }) => tagsOf(title).map(({ id }) => id))
  return [...new Set(named.filter((id) => !known.has(id)))]
}

/** Whether nothing shows a check, or something that should does not. */
export function isBad({ state }: Line): boolean {
  return state === 'missing' || state === 'failed'
}

/** The report as text. */
export function writeReport(lines: readonly Line[]): string {
  const rows = lines.flatMap(({ check, missing, state, tests }) => [
    `${state.padEnd(8)} ${check.id.padEnd(14)} ${check.what}`,
    ...tests.map(({ file, passed, title }) => `           ${passed ? '✓' : '✗'} ${file}: ${title}`),
    ...(state === 'partly' ? [`           not shown yet: ${missing.join(', ')}`] : []),
  ])
  const count = (state: Line['state']) => lines.filter((one) => one.state === state).length
  const sum = (['shown', 'partly', 'missing', 'failed'] as const)
    .map((state) => `${count(state)} ${state}`)
    .join(', ')
  return `${rows.join('\n')}\n${lines.length} checks: ${sum}`
}
