import { expect, test } from 'vitest'
import { ERRORS } from '../../../src/domain/errors.ts'
import { CODE_TABLE } from '../../../src/gateway/code-table.ts'
import { V2_CODES } from '../../../src/gateway/v2/codes.ts'

test.each([
  ['APIv3', CODE_TABLE.refund],
  ['APIv2', V2_CODES.refund],
])('no refusal of a refund on %s says that nothing was charged', (_api, rows) => {
  const causes = rows.flatMap(({ meaning }) => (meaning.kind === 'refused' ? [meaning.cause] : []))
  expect(causes.length).toBeGreaterThan(4)
  for (const cause of causes) expect([cause, ERRORS[cause].moneyTaken]).toEqual([cause, 'yes'])
})
