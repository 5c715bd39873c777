import { translate } from '../text/translate.ts'
import { wordOf } from '../text/words.ts'
import { Empty, Facts, type SectionProps } from './section.tsx'
import { spanText, whenText } from './when.ts'

/** What this terminal was approved for, and until when. */
export function GrantSection({ view, language, nowMs }: SectionProps) {
  const { grant } = view
  const say = (key: Parameters<typeof translate>[1], values?: Record<string, string | number>) =>
    translate(language, key, values)
  if (grant === undefined) {
    const isOpen = view.services.mode === 'open'
    return (
      <Empty
        title={say('grant.none')}
        action={say(isOpen ? 'admin.open_mode' : 'grant.none.action')}
      />
    )
  }
  const leftMs = grant.notAfterMs - nowMs
  const kind = wordOf(language, 'merchant_kind', grant.merchantKind)
  const ways = grant.interfaces.map((one) => {
    const state = wordOf(language, 'interface_state', one.state)
    const refusal = one.refusal === undefined ? '' : `：${one.refusal.staff[language]}`
    return `${wordOf(language, 'interface', one.interface)} · ${state}${refusal}`
  })
  const validity = {
    from: whenText(language, grant.notBeforeMs, 'date'),
    to: whenText(language, grant.notAfterMs, 'moment'),
  }
  return (
    <>
      <p class="grant-left" data-over={leftMs <= 0}>
        {leftMs > 0 ? say('grant.left', { span: spanText(language, leftMs) }) : say('grant.over')}
      </p>
      <Facts
        rows={[
          [say('grant.store'), `${grant.storeName}（${grant.storeId}）`],
          [say('grant.address'), `${grant.address} · ${grant.regionCode}`],
          [say('grant.merchant'), `${kind} · ${grant.merchantId}`],
          [say('grant.terminal'), `${grant.serial} · ${grant.deviceType}`],
          [say('grant.industry'), grant.industryCategory],
          [say('grant.risk'), wordOf(language, 'risk', grant.riskLevel)],
          [say('grant.valid'), say('grant.from_to', validity)],
          [say('grant.grace'), spanText(language, grant.offlineGraceMs)],
          [
            say('grant.ways'),
            <ul>
              {ways.map((way) => (
                <li key={way}>{way}</li>
              ))}
            </ul>,
          ],
          [
            say('grant.channels'),
            grant.channelsAllowed.map((name) => wordOf(language, 'channel', name)).join(' · '),
          ],
          [say('grant.refund'), wordOf(language, 'refund', grant.refund)],
          [say('grant.policy'), grant.policy],
          [
            say('grant.number'),
            say('grant.version', { id: grant.grantId, version: grant.version }),
          ],
          [say('grant.flags'), grant.flags.length === 0 ? undefined : grant.flags.join(' · ')],
        ]}
      />
    </>
  )
}
