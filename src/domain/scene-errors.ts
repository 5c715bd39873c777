type Texts = { readonly zh: string; readonly en: string }

/** What a customer reads, whatever the reason is: what to do next. */
const OTHER_WAY = {
  'zh-CN': '暂不支持该支付方式，请选择其他方式',
  en: 'This way to pay is not available now; please choose another',
} as const
const SHOW_AGAIN = {
  'zh-CN': '请稍候，再出示一次付款码',
  en: 'Please wait a moment, then show the code again',
} as const
const ASK_STAFF = { 'zh-CN': '请联系店员', en: 'Please ask the staff' } as const

/** A refusal before anything was sent: no money moved. */
function entry(texts: Texts, customer: Readonly<Record<'zh-CN' | 'en', string>> = OTHER_WAY) {
  return {
    moneyTaken: 'no',
    status: 403,
    staff: { 'zh-CN': `没有动钱。${texts.zh}`, en: `No money moved. ${texts.en}` },
    customer,
  } as const
}

/** A refusal about a sale that stays as it is. */
function about(moneyTaken: 'yes' | 'unknown', { zh, en }: Texts) {
  return {
    moneyTaken,
    status: 403,
    staff: { 'zh-CN': zh, en },
    customer: ASK_STAFF,
  } as const
}

/** Why the scene refuses. None of them ever stops the recovery of money in flight. */
export const SCENE_ERRORS = {
  'scene.no_grant': entry({
    zh: '本机没有场景授权。请联网获取，或联系安装人员。',
    en: 'This terminal has no grant. Connect it to fetch one, or call the installer.',
  }),
  'scene.grant_unreadable': entry({
    zh: '场景授权不完整或格式不符。请联网重新获取。',
    en: 'The grant is damaged or of another form. Connect the terminal to fetch it again.',
  }),
  'scene.state_lost': entry({
    zh: '本机的封存状态丢失或损坏。请联系安装人员重新登记。',
    en: 'The sealed state of this terminal is lost or damaged. Call the installer to enrol it again.',
  }),
  'scene.policy_unknown': entry({
    zh: '场景授权依据的规则版本本机还不认识。请更新程序。',
    en: 'The grant was issued under rules this program does not know yet. Update the program.',
  }),
  'scene.grant_not_signed': entry({
    zh: '场景授权的签名不对。请联网重新获取。',
    en: 'The signature of the grant is wrong. Connect the terminal to fetch it again.',
  }),
  'scene.other_terminal': entry({
    zh: '场景授权属于另一台终端。请联系安装人员。',
    en: 'The grant is for another terminal. Call the installer.',
  }),
  'scene.program_too_old': entry({
    zh: '程序版本低于场景授权的要求。请更新程序。',
    en: 'The program is older than the grant asks for. Update the program.',
  }),
  'scene.other_merchant': entry({
    zh: '商户号或商户证书与场景授权不符。请联系安装人员。',
    en: 'The merchant or its certificate is not the one of the grant. Call the installer.',
  }),
  'scene.grant_revoked': entry({
    zh: '场景授权已被撤销。请联网获取新的授权。',
    en: 'The grant was revoked. Connect the terminal to fetch a new one.',
  }),
  'scene.grant_old': entry({
    zh: '场景授权比本机用过的旧。请联网获取当前的授权。',
    en: 'The grant is older than one this terminal has had. Connect it to fetch the current one.',
  }),
  'scene.grant_updating': entry(
    {
      zh: '授权更新中，请过几秒再扫码或再收款。',
      en: 'The grant is being renewed. Scan or collect again in a few seconds.',
    },
    SHOW_AGAIN,
  ),
  'scene.grant_forked': entry({
    zh: '同一版本的场景授权有两份不同的内容，已锁定。请联系安装人员。',
    en: 'There are two different grants of one version, so the terminal is locked. Call the installer.',
  }),
  'scene.change_not_approved': entry({
    zh: '新的场景授权改了地点、网络或支付方式，却没有新的审批。请联系安装人员。',
    en: 'The new grant changes the place, the network or a way to pay without a new approval. Call the installer.',
  }),
  'scene.limits_old': entry({
    zh: '限额比本机用过的旧。请联网获取当前的授权。',
    en: 'The limits are older than ones this terminal has had. Connect it to fetch the current grant.',
  }),
  'scene.bulletins_missing': entry({
    zh: '缺少已收到过的处置通知。请联网重新获取。',
    en: 'Bulletins this terminal has had are missing. Connect it to fetch them again.',
  }),
  'scene.time_untrusted': entry({
    zh: '开机后还没有核对时间。请检查网络，稍候再试。',
    en: 'The time was not verified since the start. Check the network and try again shortly.',
  }),
  'scene.clock_rollback': entry({
    zh: '核对到的时间比以前的早，已锁定。请联系安装人员。',
    en: 'The verified time lies before an earlier one, so the terminal is locked. Call the installer.',
  }),
  'scene.grant_not_yet_valid': entry({
    zh: '场景授权还没有生效。请等到生效时间。',
    en: 'The grant is not in effect yet. Wait until it is.',
  }),
  'scene.grant_expired': entry({
    zh: '场景授权已过期。请联网获取新的授权。',
    en: 'The grant has expired. Connect the terminal to fetch a new one.',
  }),
  'scene.certificate_expired': entry({
    zh: '商户证书已过期。请更换证书。',
    en: 'The merchant certificate has expired. Replace it.',
  }),
  'scene.offline_too_long': entry({
    zh: '太久没有连上授权服务。请检查网络。',
    en: 'The service that grants could not be reached for too long. Check the network.',
  }),
  'scene.terminated': entry({
    zh: '支付服务协议已解除，本机停用。请联系商户负责人。',
    en: 'The agreement has ended and this terminal is retired. Talk to the person in charge.',
  }),
  'scene.suspended': entry({
    zh: '支付服务暂停。请改用其他收款方式，并联系商户负责人。',
    en: 'The payment service is suspended. Use other tenders, and talk to the person in charge.',
  }),
  'scene.deadline_passed': entry({
    zh: '整改期限已过，需要新的授权。请联系商户负责人。',
    en: 'The deadline for putting things right has passed and a new grant is needed. Talk to the person in charge.',
  }),
  'scene.refund_blocked': about('yes', {
    zh: '目前不能在本机退款。没有退款，请联系商户负责人。',
    en: 'This terminal may not refund now. Nothing was refunded; talk to the person in charge.',
  }),
  'scene.refund_back_office': about('yes', {
    zh: '这笔款只能在商户平台退。没有退款，请到商户平台办理。',
    en: 'This can only be refunded on the merchant platform. Nothing was refunded; do it there.',
  }),
  'scene.recovery_ended': about('unknown', {
    zh: '协议已解除，本机不再查询和撤销。是否收款以商户平台为准，请在那里处理。',
    en: 'The agreement has ended; this terminal asks and reverses no more. The merchant platform says whether money was taken; settle it there.',
  }),
  'scene.network_mismatch': entry({
    zh: '网关地址或证书与场景授权不符。请联系安装人员。',
    en: 'The gateway or its certificate is not the one of the grant. Call the installer.',
  }),
  'scene.location_mismatch': entry({
    zh: '本机不在授权的地点。请移回原处，或办理变更。',
    en: 'This terminal is not where it was approved. Move it back, or have the change approved.',
  }),
  'scene.location_unknown': entry({
    zh: '不能确定本机的位置。请检查定位和门店网络。',
    en: 'Where this terminal stands is not known. Check its positioning and the network of the store.',
  }),
  'scene.interface_not_granted': entry({
    zh: '这种支付方式没有获准在本机使用。',
    en: 'This way to pay was not approved for this terminal.',
  }),
  'scene.interface_closed': entry({
    zh: '这种支付方式已关闭，重新开通需要审批。',
    en: 'This way to pay was closed; opening it again needs an approval.',
  }),
  'scene.paused': entry({
    zh: '这种支付方式已由负责人在本机暂停。请改用其他收款方式，或请负责人恢复。',
    en: 'A manager paused this way to pay on this terminal. Use another tender, or have it resumed.',
  }),
  'scene.no_face_alternative': entry({
    zh: '没有刷脸以外的付款方式，所以不能刷脸。',
    en: 'There is no way to pay beside the face, so face pay is not offered.',
  }),
  'scene.face_incomplete': entry({
    zh: '场景授权里刷脸的内容不全，刷脸不可用。',
    en: 'The grant lacks something for face pay, so face pay is off.',
  }),
  'scene.limits_missing': entry({
    zh: '场景授权里没有这种支付方式的完整限额，不可用。',
    en: 'The grant has no complete limits for this way to pay, so it is off.',
  }),
  'scene.scene_removed': entry({
    zh: '这个支付场景目前受限。',
    en: 'This scene is restricted at present.',
  }),
  'scene.channels_closed': entry({
    zh: '资金渠道受限，而这种支付方式不能排除它。',
    en: 'A funding channel is closed that this way to pay cannot exclude.',
  }),
  'scene.currency': entry({
    zh: '只支持人民币。',
    en: 'Only CNY can be collected.',
  }),
  'scene.amount_invalid': entry(
    {
      zh: '金额必须是大于零的整数分。请重新输入。',
      en: 'The amount must be a whole number of fen above zero. Enter it again.',
    },
    ASK_STAFF,
  ),
  'scene.above_single_limit': entry({
    zh: '超过单笔限额。请改用其他收款方式，不要拆单。',
    en: 'This is above the limit of one payment. Use another tender; do not split it.',
  }),
  'scene.above_day_limit': entry({
    zh: '超过今天余下的限额。请改用其他收款方式，不要拆单。',
    en: 'This is above what is left of the limit of the day. Use another tender; do not split it.',
  }),
  'scene.above_month_limit': entry({
    zh: '超过本月余下的限额。请改用其他收款方式，不要拆单。',
    en: 'This is above what is left of the limit of the month. Use another tender; do not split it.',
  }),
  'scene.credit_not_excluded': entry({
    zh: '这笔款不能用信用支付，而这种支付方式不能排除它。',
    en: 'Credit may not be used for this, and this way to pay cannot exclude it.',
  }),
  'scene.counters_lost': entry({
    zh: '限额的累计数丢失。请联网补回，再收款。',
    en: 'The totals for the limits are lost. Connect the terminal to have them restored.',
  }),
  'scene.changed': entry(
    {
      zh: '扫码时授权刚有变化，这笔没有发出。请重新扫码。',
      en: 'The grant changed during this scan, so it was not sent. Scan again.',
    },
    ASK_STAFF,
  ),
  'scene.role_not_allowed': entry(
    { zh: '当前操作人没有这个权限。', en: 'The person signed in may not do this.' },
    ASK_STAFF,
  ),
} as const

/** Why the scene refused. */
export type SceneCode = keyof typeof SCENE_ERRORS
