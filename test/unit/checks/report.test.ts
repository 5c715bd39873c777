import { describe, expect, it } from 'vitest'
import { CATALOGUE } from '../../checks/catalogue.ts'
import { isBad, reportLines, strangers, tagsOf, writeReport } from '../../checks/report.ts'

const ran = (title: string, passed = true) => ({ file: 'test/x.test.ts', title, passed })
const stateOf = (id: string, tests: ReturnType<typeof ran>[]) =>
  reportLines(tests).find(({ check }) => check.id === id)?.state

describe('the report of checks', () => {
  it('knows every id once', () => {
    const ids = CATALOGUE.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ids) expect(tagsOf(`${id} x`)).toEqual([{ id, part: undefined }])
    for (let article = 1; article <= 20; article += 1) {
      expect(ids.some((id) => new RegExp(`^AC-${article}(\\D|$)`).test(id))).toBe(true)
    }
  })

  it('reads ids and parts out of titles, and takes no id for a longer one', () => {
    expect(tagsOf('a AC-3.10 b AC-16.M2/decision c')).toEqual([
      { id: 'AC-3.10', part: undefined },
      { id: 'AC-16.M2', part: 'decision' },
    ])
    expect(stateOf('AC-3.1', [ran('AC-3.10 x')])).toBe('missing')
    expect(stateOf('AC-16.M1', [ran('AC-16.M10 x')])).toBe('missing')
  })

  it('says what is shown, partly shown, missing and failed', () => {
    expect(stateOf('AC-9', [ran('AC-9 x')])).toBe('shown')
    expect(stateOf('AC-8a', [ran('AC-8a/decision x')])).toBe('partly')
    expect(stateOf('AC-8a', [ran('AC-8a/decision x'), ran('AC-8a/terminal x')])).toBe('shown')
    expect(stateOf('AC-9', [ran('AC-9 x'), ran('AC-9 y', false)])).toBe('failed')
    expect(stateOf('AC-9', [])).toBe('missing')
    expect(writeReport(reportLines([]))).toMatch(/(\d+) checks: 0 shown, 0 partly, \1 missing/)
  })

  it('is bad of what is missing or failed, and not of what is shown in part', () => {
    const bad = (id: string, tests: ReturnType<typeof ran>[]) =>
      reportLines(tests)
        .filter(isBad)
        .some(({ check }) => check.id === id)
    expect(bad('AC-9', [])).toBe(true)
    expect(bad('AC-9', [ran('AC-9 x', false)])).toBe(true)
    expect(bad('AC-8a', [ran('AC-8a/decision x')])).toBe(false)
    expect(bad('AC-9', [ran('AC-9 x')])).toBe(false)
  })

  it('names ids that nobody knows', () => {
    expect(strangers([ran('AC-99z x'), ran('AC-9 y')])).toEqual(['AC-99z'])
  })
})
