import { expect, it } from 'vitest'
import {
  bulletinsPath,
  readEnrolmentCode,
  readGrantAnswer,
  readRefusal,
} from '../../../../src/gateway/services/messages.ts'

const CODE = 'AB12-CD34-EF56-GH78-JK90'
const ROOT = '0123456789abcdef0123456789abcdef'

it.each([
  ['as it is printed', `${CODE}.${ROOT}`],
  ['in other letters and with spaces around', ` ${CODE.toLowerCase()}.${ROOT.toUpperCase()}\n`],
])('an enrolment code is read %s', (_how, typed) => {
  expect(readEnrolmentCode(typed)).toEqual({ code: CODE, rootSha256Prefix: ROOT })
})

it.each([
  ['without a root', CODE],
  ['with a short root', `${CODE}.${ROOT.slice(1)}`],
  ['with a letter that is none', `${CODE.replace('A', 'U')}.${ROOT}`],
  ['with more behind it', `${CODE}.${ROOT}.1`],
  ['without its groups', `${CODE.replaceAll('-', '')}.${ROOT}`],
])('an enrolment code %s is none', (_how, typed) => {
  expect(readEnrolmentCode(typed)).toBeUndefined()
})

it('answers of another shape are none', () => {
  const grant = { document: { version: 1 }, sig: 'x' }
  const answer = { grant, minimum_version: 1, revocations: [], more: true }
  expect(readGrantAnswer(answer)).toEqual({ grant, minimum_version: 1, revocations: [] })
  expect(readGrantAnswer({ ...answer, grant: null })?.grant).toBeNull()
  expect(readGrantAnswer({ ...answer, minimum_version: '1' })).toBeUndefined()
  expect(readGrantAnswer({ ...answer, grant: undefined })).toBeUndefined()
  expect(readGrantAnswer(undefined)).toBeUndefined()
})

it('a refusal keeps what else it says', () => {
  expect(readRefusal({ code: 'rate.limited', message: 'x', retry_after_s: 9 })).toMatchObject({
    code: 'rate.limited',
    retry_after_s: 9,
  })
  expect(readRefusal('no')).toBeUndefined()
})

it('the long poll says what the terminal has', () => {
  expect(bulletinsPath({ since: 2, grantVersion: 5, waitS: 50 })).toBe(
    'bulletins?since=2&grant=5&wait_s=50',
  )
})
