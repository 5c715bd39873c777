import { noMoneyMoved } from './error-entry.ts'

/** What can be wrong with looking after the terminal at a screen. */
export const ADMINISTRATION_ERRORS = {
  'closing.password_wrong': noMoneyMoved(
    403,
    '操作密码不对，没有关闭，没有动钱。请核对后再试。',
    'The operation password is wrong. Nothing was closed and no money moved; check it and try again.',
  ),
  'closing.locked': noMoneyMoved(
    423,
    '操作密码错了多次，关闭功能已锁定。没有关闭，没有动钱，请联系服务方解锁。可以先暂停这种支付方式。',
    'The operation password was wrong too often, so closing is locked. Nothing was closed and no money moved; have the service unlock it. The way to pay can be paused meanwhile.',
  ),
  'closing.not_administrator': noMoneyMoved(
    403,
    '只有商户的超级管理员能关闭支付方式。没有关闭，没有动钱，请核对管理员姓名。',
    "Only the merchant's super administrator may close a way to pay. Nothing was closed and no money moved; check the name.",
  ),
  'closing.not_granted': noMoneyMoved(
    409,
    '没有可关闭的支付方式，可能已经关闭。没有动钱，请看最新的授权。',
    'There is no such way to pay to close; it may be closed already. No money moved; look at the latest grant.',
  ),
  'closing.unreachable': noMoneyMoved(
    503,
    '终端服务没有可信的应答，不能确认关闭。没有动钱。可以先暂停这种支付方式，暂停不是关闭。',
    'The terminal services gave no answer that can be believed, so nothing is known to be closed. No money moved. The way to pay can be paused meanwhile; a pause is no closing.',
  ),
  'closing.refused': noMoneyMoved(
    403,
    '终端服务拒绝关闭。没有动钱，请把代码告诉服务方。可以先暂停这种支付方式。',
    'The terminal services refused to close. No money moved; tell the service the code. The way to pay can be paused meanwhile.',
  ),
  'clock.not_locked': noMoneyMoved(
    409,
    '时间没有锁定，不需要解锁。没有改动，没有动钱。',
    'The clock is not locked, so there is nothing to unlock. Nothing was changed and no money moved.',
  ),
  'clock.no_signed_time': noMoneyMoved(
    503,
    '没有取得服务方签名的时间，不能解锁。没有动钱，请检查网络后再试。',
    'No signed time came from the service, so the clock stays locked. No money moved; check the network and try again.',
  ),
  'measure.unknown': noMoneyMoved(
    404,
    '没有这条处置通知，可能已经解除。没有改动，没有动钱。',
    'There is no such measure in force; it may have been lifted. Nothing was changed and no money moved.',
  ),
  'measure.nothing_to_do': noMoneyMoved(
    409,
    '这条处置通知不需要这样处理，或者已经处理过。没有改动，没有动钱。',
    'This measure does not ask for that, or it was done before. Nothing was changed and no money moved.',
  ),
  'interface.paused_already': noMoneyMoved(
    409,
    '这种支付方式已经暂停。没有改动，没有动钱。',
    'This way to pay is paused already. Nothing was changed and no money moved.',
  ),
  'interface.not_paused': noMoneyMoved(
    409,
    '这种支付方式没有暂停。没有改动，没有动钱。',
    'This way to pay is not paused. Nothing was changed and no money moved.',
  ),
} as const
