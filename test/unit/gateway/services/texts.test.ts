import { expect, it } from 'vitest'
import {
  answerText,
  readAnswerHeaders,
  requestHeaders,
  requestText,
  type SignedCall,
} from '../../../../src/gateway/services/texts.ts'

const CALL: SignedCall = {
  method: 'GET',
  target: '/services/v1/bulletins?since=3&grant=7&wait_s=50',
  serial: 'POS-01',
  keyId: '0123456789abcdef',
  timestampMs: 1_778_051_289_123,
  nonce: 'abcdefghij0123456789',
  counter: 65,
  bodySha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
}

it('a request is signed over nine lines, each ended', () => {
  expect(requestText(CALL)).toBe(
    'GUITAI-REQUEST-V1\nGET\n/services/v1/bulletins?since=3&grant=7&wait_s=50\nPOS-01\n' +
      '0123456789abcdef\n1778051289123\nabcdefghij0123456789\n65\n' +
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n',
  )
})

it('the headers of a request say what was signed', () => {
  expect(requestHeaders(CALL, 'SIG')).toEqual({
    'Guitai-Terminal': 'POS-01',
    'Guitai-Key': '0123456789abcdef',
    'Guitai-Timestamp': '1778051289123',
    'Guitai-Nonce': 'abcdefghij0123456789',
    'Guitai-Counter': '65',
    'Guitai-Signature': 'SIG',
  })
})

const HEADERS = {
  'guitai-key': '0123456789abcdef',
  'guitai-timestamp': '1778051289123',
  'guitai-nonce': 'abcdefghij0123456789',
  'guitai-signature': `${'A'.repeat(85)}Q==`,
}

it('an answer is signed over seven lines, each ended', () => {
  const headers = readAnswerHeaders(HEADERS)
  if (headers === undefined) throw new Error('not read')
  const digests = { requestSha256: 'a'.repeat(64), bodySha256: 'b'.repeat(64) }
  expect(answerText({ status: 200, headers, ...digests })).toBe(
    `GUITAI-ANSWER-V1\n200\n0123456789abcdef\n1778051289123\nabcdefghij0123456789\n${'a'.repeat(64)}\n${'b'.repeat(64)}\n`,
  )
})

it.each([
  ['guitai-key', '0123456789ABCDEF'],
  ['guitai-timestamp', '01778051289123'],
  ['guitai-timestamp', '9999999999999999'],
  ['guitai-nonce', 'short'],
  ['guitai-signature', `${'A'.repeat(86)}==`.replace('A==', 'B==')],
  ['guitai-signature', undefined],
])('an answer whose %s is %s has no signature', (name, value) => {
  expect(readAnswerHeaders({ ...HEADERS, [name]: value })).toBeUndefined()
})
