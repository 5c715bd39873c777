import { describe, expect, it } from 'vitest'
import { certificateLife } from '../../../src/domain/certificate-life.ts'
import { type CertificateFacts, chooseCertificates } from '../../../src/keys/certificate-choice.ts'

const DAY_MS = 86_400_000
const NOW_MS = 1_800_000_000_000

function certificate(serial: string, fromDays: number, untilDays: number): CertificateFacts {
  return {
    serial,
    kind: 'rsa',
    merchantId: '1900000001',
    validFromMs: NOW_MS + fromDays * DAY_MS,
    validUntilMs: NOW_MS + untilDays * DAY_MS,
    importedAtMs: NOW_MS,
  }
}

function choose(certificates: readonly CertificateFacts[], chosen?: string) {
  const choice = chooseCertificates(certificates, { nowMs: NOW_MS, chosen })
  return choice && [choice.signing.serial, ...choice.tls.map(({ serial }) => serial)]
}

const OLD = certificate('OLD', -1_800, 20)
const NEW = certificate('NEW', -1, 1_825)
const ENDED = certificate('ENDED', -1_900, 0)
const EARLY = certificate('EARLY', 1, 1_900)

describe('which certificate is used', () => {
  it.each([
    ['the only one signs', [OLD], undefined, ['OLD', 'OLD']],
    [
      'the newer valid one signs and the old one is shown',
      [NEW, OLD],
      undefined,
      ['NEW', 'OLD', 'NEW'],
    ],
    ['one chosen by hand signs', [NEW, OLD], 'OLD', ['OLD', 'OLD', 'NEW']],
    ['one that has ended does not, chosen or not', [NEW, ENDED], 'ENDED', ['NEW', 'NEW']],
    ['one that is not valid yet does not', [OLD, EARLY], undefined, ['OLD', 'OLD']],
    ['with none valid the last to end is named', [ENDED, EARLY], undefined, ['EARLY', 'EARLY']],
    ['with none there is none', [], undefined, undefined],
  ])('%s', (_what, certificates, chosen, expected) => {
    expect(choose(certificates, chosen)).toEqual(expected)
  })
})

describe('AC-13b: how long a certificate lasts', () => {
  it.each([
    [400 * DAY_MS, 'good', 400],
    [30 * DAY_MS + 1, 'good', 30],
    [30 * DAY_MS, 'last_month', 30],
    [7 * DAY_MS + 1, 'last_month', 7],
    [7 * DAY_MS, 'last_week', 7],
    [DAY_MS + 1, 'last_week', 1],
    [DAY_MS, 'last_day', 1],
    [1, 'last_day', 0],
    [0, 'ended', 0],
    [-DAY_MS, 'ended', 0],
  ])('%d ms before its end it is %s with %d days', (leftMs, level, daysLeft) => {
    expect(certificateLife(NOW_MS + leftMs, NOW_MS)).toEqual({ level, daysLeft })
  })
})
