// A vitest reporter that writes what test/run.mjs counts: how many passed, what failed, what was
// skipped and why. vitest's own JSON report leaves the reasons out.
import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'

const REASONLESS = 'no reason given'

export default class SummaryReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const summary = { passed: 0, failed: 0, skipped: [], broken: unhandledErrors.length }
    for (const module of modules) {
      const file = relative(process.cwd(), module.moduleId)
      for (const test of module.children.allTests()) this.count(summary, file, test)
      // A file or a suite whose own code failed has no failed test to show for it.
      summary.broken += module.errors().length
      for (const suite of module.children.allSuites()) summary.broken += suite.errors().length
    }
    writeFileSync(process.env.GUITAI_TEST_SUMMARY, JSON.stringify(summary))
  }

  count(summary, file, test) {
    const { state, note } = test.result()
    if (state === 'passed') summary.passed += 1
    else if (state === 'failed') summary.failed += 1
    // A filter by name leaves tests out: these are neither run nor skipped.
    else if (state === 'skipped' && (note !== undefined || test.options.mode !== 'run')) {
      summary.skipped.push({ name: `${file} > ${test.fullName}`, reason: note ?? REASONLESS })
    } else if (state === 'skipped' && !process.env.GUITAI_TEST_FILTERED) {
      summary.skipped.push({ name: `${file} > ${test.fullName}`, reason: REASONLESS })
    } else if (state === 'pending') summary.failed += 1
  }
}
