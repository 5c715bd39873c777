import type { Text } from './language.ts'

/**
 * Sentences of face pay on the customer's screen. Those of `face.guide.` are also spoken, and every
 * spoken line stands on the screen too.
 */
export const FACE_TEXTS = {
  'face.offer': { 'zh-CN': '付款方式', en: 'Ways to pay' },
  'face.offer.code': { 'zh-CN': '付款码', en: 'Payment code' },
  'face.offer.code.how': { 'zh-CN': '对准扫码口，不用按', en: 'Hold it to the reader' },
  'face.offer.face': { 'zh-CN': '刷脸', en: 'Face' },
  'face.offer.face.how': { 'zh-CN': '按这里，先看说明', en: 'Press to read about it first' },

  'face.use_code': { 'zh-CN': '改用付款码', en: 'Use payment code' },
  'face.use_code.how': { 'zh-CN': '也可直接扫码', en: 'Or simply hold it to the reader' },
  'face.voice': { 'zh-CN': '语音', en: 'Voice' },
  'face.lost': {
    'zh-CN': '没有收到答复，请再按一次，或改用付款码',
    en: 'No answer came. Press again, or use your payment code',
  },

  'face.notice.title': { 'zh-CN': '刷脸付款前请您知道', en: 'Before you pay by face' },
  'face.notice.spoken': {
    'zh-CN': '请阅读刷脸说明。同意，或者改用付款码。',
    en: 'Please read about face pay. Agree, or use your payment code.',
  },
  'face.notice.who': { 'zh-CN': '谁负责', en: 'Who is responsible' },
  'face.notice.who.text': { 'zh-CN': '{handler}，{contact}', en: '{handler}, {contact}' },
  'face.notice.to': { 'zh-CN': '发给谁', en: 'Who receives it' },
  'face.notice.to.text': { 'zh-CN': '{recipient}', en: '{recipient}' },
  'face.notice.what_for': { 'zh-CN': '做什么用', en: 'What for' },
  'face.notice.what_for.text': {
    'zh-CN': '认出您，付这一笔款。不作他用。',
    en: 'To recognise you for this one payment. Nothing else.',
  },
  'face.notice.how': { 'zh-CN': '怎么处理', en: 'How' },
  'face.notice.how.text': {
    'zh-CN': '拍您的脸，加密一张照片，经互联网发出。只有接收方能打开。',
    en: 'We look at your face and send one encrypted picture over the internet. Only the receiver can open it.',
  },
  'face.notice.kept': { 'zh-CN': '保存多久', en: 'How long it is kept' },
  'face.notice.kept.text': {
    'zh-CN': '本机不保存，用完清除。',
    en: 'Not kept here. It is erased after use.',
  },
  'face.notice.effect': { 'zh-CN': '为什么，有什么影响', en: 'Why, and what it means' },
  'face.notice.effect.text': {
    'zh-CN': '不认脸就不能刷脸。人脸是敏感信息，泄露会有风险。',
    en: 'Face pay needs it. A face is sensitive: a leak could harm you.',
  },
  'face.notice.refuse': { 'zh-CN': '不想刷脸', en: 'If you would rather not' },
  'face.notice.refuse.text': {
    'zh-CN': '按“改用付款码”。价格和服务一样。',
    en: 'Press "Use payment code". Price and service are the same.',
  },
  'face.notice.withdraw': { 'zh-CN': '改变主意', en: 'If you change your mind' },
  'face.notice.withdraw.text': {
    'zh-CN': '确认支付前随时可退出。以后可在您的钱包里关闭刷脸。',
    en: 'Leave at any time before you confirm. Later, switch face pay off in your own wallet.',
  },
  'face.notice.complain': { 'zh-CN': '投诉', en: 'Complaints' },
  'face.notice.complain.text': { 'zh-CN': '请联系：{contact}', en: 'Contact {contact}' },
  'face.notice.age': { 'zh-CN': '年龄', en: 'Age' },
  'face.notice.age.text': {
    'zh-CN': '14 周岁以上才能刷脸。',
    en: 'Only for people aged 14 or older.',
  },
  'face.notice.agree': { 'zh-CN': '同意并刷脸', en: 'Agree, pay by face' },
  'face.notice.page': { 'zh-CN': '第 {page} 页，共 {pages} 页', en: 'Page {page} of {pages}' },
  'face.notice.next': { 'zh-CN': '下一页', en: 'Next page' },
  'face.notice.back': { 'zh-CN': '上一页', en: 'Page back' },
  'face.more_time': { 'zh-CN': '需要更多时间', en: 'More time' },

  'face.capture.title': { 'zh-CN': '刷脸', en: 'Face pay' },
  'face.capture.device': { 'zh-CN': '请看刷脸设备', en: 'Look at the face device' },
  'face.capture.left': { 'zh-CN': '剩余 {seconds} 秒', en: '{seconds} s left' },
  'face.guide.starting': { 'zh-CN': '正在打开摄像头', en: 'The camera is starting' },
  'face.guide.look_here': { 'zh-CN': '请看屏幕', en: 'Look at the screen' },
  'face.guide.one_person': { 'zh-CN': '请一个人面对屏幕', en: 'One person at a time' },
  'face.guide.closer': { 'zh-CN': '请靠近一点', en: 'Come closer' },
  'face.guide.further': { 'zh-CN': '请退后一点', en: 'Step back a little' },
  'face.guide.to_the_middle': { 'zh-CN': '请站到中间', en: 'Move to the middle' },
  'face.guide.straight': { 'zh-CN': '请正对屏幕', en: 'Face the screen straight' },
  'face.guide.lighter': { 'zh-CN': '太暗了，请到亮处', en: 'Too dark: find more light' },
  'face.guide.darker': { 'zh-CN': '太亮了，请避开强光', en: 'Too bright: leave the glare' },
  'face.guide.hold_still': { 'zh-CN': '请保持不动', en: 'Hold still' },
  'face.guide.turn_left': { 'zh-CN': '请慢慢向左转头', en: 'Slowly turn your head left' },
  'face.guide.turn_right': { 'zh-CN': '请慢慢向右转头', en: 'Slowly turn your head right' },
  'face.guide.blink': { 'zh-CN': '请眨眼', en: 'Blink your eyes' },
  'face.guide.done': { 'zh-CN': '看清了', en: 'That is all' },

  'face.confirm.title': { 'zh-CN': '确认支付这一笔？', en: 'Confirm this payment?' },
  'face.confirm.digits': { 'zh-CN': '输入手机号后四位', en: 'Last four digits of your phone' },
  'face.confirm.press': { 'zh-CN': '请核对金额，再确认', en: 'Check the amount, then confirm' },
  'face.confirm.not_sent': {
    'zh-CN': '确认之前，照片不会发出',
    en: 'Nothing is sent before you confirm',
  },
  'face.confirm.pay': { 'zh-CN': '确认支付', en: 'Confirm' },
  'face.confirm.keys': { 'zh-CN': '数字键盘', en: 'Digit keys' },
  'face.confirm.typed': {
    'zh-CN': '已输入 {count} 位，共 4 位',
    en: '{count} of 4 digits typed',
  },
  'face.confirm.erase': { 'zh-CN': '退格', en: 'Delete the last digit' },
  'face.confirm.clear': { 'zh-CN': '清除', en: 'Clear' },

  'face.recognising': { 'zh-CN': '正在识别', en: 'Recognising you' },
  'face.recognising.how': {
    'zh-CN': '请稍候，结果会显示在这里',
    en: 'Please wait for the result here',
  },
  'face.recognising.withdraw': {
    'zh-CN': '以后不想刷脸，可在您的钱包里关闭',
    en: 'To stop face pay later, switch it off in your own wallet',
  },
} as const satisfies Record<string, Text>

/** How far the customer is with face pay, in the cashier's words. */
export const FACE_STAGE_TEXTS = {
  'face_stage.offered': { 'zh-CN': '也可刷脸', en: 'Face pay offered' },
  'face_stage.notice': { 'zh-CN': '刷脸：顾客在看说明', en: 'Face: reading the notice' },
  'face_stage.capturing': { 'zh-CN': '刷脸：正在看脸', en: 'Face: the camera looks' },
  'face_stage.confirming': { 'zh-CN': '刷脸：等顾客确认', en: 'Face: customer confirming' },
  'face_stage.recognising': { 'zh-CN': '刷脸：正在识别', en: 'Face: recognising' },
  'face_stage.off': { 'zh-CN': '本单不再刷脸', en: 'No face pay for this sale' },
} as const satisfies Record<string, Text>
