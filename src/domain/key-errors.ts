import { noMoneyMoved } from './error-entry.ts'

/** What can be wrong with sealed keys, imported certificates and the people who may use them. */
export const KEY_ERRORS = {
  'gateway.certificate_expired': noMoneyMoved(
    409,
    '商户 API 证书已到期，请求没有发出。未收款，请联系安装人员更换证书。',
    'The merchant API certificate has ended, so nothing was sent. Nothing was charged; call the installer to import a new one.',
  ),
  'keys.store_not_available': noMoneyMoved(
    500,
    '这个版本没有所配置的密钥存放方式。未收款，请把 secrets.store 改为 file。',
    'This build has no key store of that kind. Nothing was charged; set secrets.store to file.',
  ),
  'keys.store_outside_app': noMoneyMoved(
    500,
    '封存密钥由操作系统的密钥库保管，只有柜台应用能打开。没有动钱，请启动应用；命令请用 Guitai --cli。',
    "The sealing key is kept by the operating system's key store, which only the app can open. No money moved; start the app, and give commands with Guitai --cli.",
  ),
  'keys.system_store_missing': noMoneyMoved(
    500,
    '这台机器没有可用的系统密钥库，或没有真正加密。没有动钱，请登录并启用密钥环，或把 secrets.store 改为 file。',
    'This machine has no usable key store, or one that does not encrypt. No money moved; sign in with a keyring set up, or use secrets.store file.',
  ),
  'keys.system_store_busy': noMoneyMoved(
    503,
    '系统密钥库暂时打不开。没有动钱，请解锁密钥环后再启动。',
    'The key store of the system cannot be opened just now. No money moved; unlock the keyring and start again.',
  ),
  'keys.wrapped_elsewhere': noMoneyMoved(
    500,
    '系统密钥库打不开封存密钥：它属于另一台机器或另一个用户，或密钥库已重置。没有动钱，请换回原用户，或重新登记并重新导入证书。',
    'The key store of the system does not open the sealing key: it belongs to another machine or user, or the store was reset. No money moved; go back to that user, or enrol and import again.',
  ),
  'keys.made_meanwhile': noMoneyMoved(
    503,
    '封存密钥是在本程序启动之后生成的。没有动钱，请重新启动。',
    'The sealing key was made after this program had started. No money moved; start it again.',
  ),
  'keys.in_other_store': noMoneyMoved(
    500,
    '封存密钥在另一种密钥库里，与 secrets.store 不符。没有动钱，请改回配置，或运行 guitai secrets move。',
    'The sealing key is kept in another store than secrets.store says. No money moved; put the setting right, or run guitai secrets move.',
  ),
  'keys.move_unfinished': noMoneyMoved(
    500,
    '密钥库搬迁中途停止，没有丢失内容。没有动钱，请再次运行同一条 guitai secrets move。',
    'A move to another key store stopped half-way; nothing was lost. No money moved; run the same guitai secrets move again.',
  ),
  'keys.sealing_key_missing': noMoneyMoved(
    500,
    '封存密钥的文件不见了，已导入的证书打不开。未收款，请放回该文件，或重新导入证书。',
    'The file with the sealing key is gone, so imported certificates cannot be opened. Nothing was charged; put it back, or import them again.',
  ),
  'keys.sealed_unreadable': noMoneyMoved(
    500,
    '封存的文件已损坏，或不是用本机密钥封存的。未收款，请重新导入证书。',
    'A sealed file is damaged, or was sealed with another key. Nothing was charged; import the certificate again.',
  ),
  'keys.no_certificate': noMoneyMoved(
    500,
    '没有商户 API 证书。未收款，请安装人员用 guitai cert import 导入。',
    'There is no merchant API certificate. Nothing was charged; the installer imports one with guitai cert import.',
  ),
  'keys.p12_unreadable': noMoneyMoved(
    400,
    'PKCS#12 文件打不开：文件不对或密码不对。没有导入，没有动钱。',
    'The PKCS#12 file cannot be opened: wrong file or wrong password. Nothing was imported and no money moved.',
  ),
  'keys.certificate_ended': noMoneyMoved(
    503,
    '商户 API 证书已到期，不能收款和退款。没有动钱，请联系安装人员更换证书。',
    'The merchant API certificate has ended, so nothing can be charged or refunded. No money moved; call the installer to import a new one.',
  ),
  'keys.certificate_unknown': noMoneyMoved(
    404,
    '没有导入过这个序列号的证书。没有改动，没有动钱。',
    'No certificate of that serial number was imported. Nothing was changed and no money moved.',
  ),
  'keys.certificate_signs': noMoneyMoved(
    409,
    '这张证书正用于签名，没有删除，没有动钱。确要删除请加 --yes。',
    'This certificate signs at present, so it was not removed and no money moved. Add --yes to remove it all the same.',
  ),
  'operator.pin_wrong': noMoneyMoved(
    401,
    '姓名或密码不对。没有动钱，请重试。',
    'Name or PIN is wrong. No money moved; try again.',
  ),
  'operator.locked': noMoneyMoved(
    429,
    '密码错了多次，请等待后再试。没有动钱。',
    'The PIN was wrong too often. No money moved; wait before you try again.',
  ),
  'operator.pin_weak': noMoneyMoved(
    400,
    '密码须为 6 到 12 位数字，不能全同或连号。没有改动，没有动钱。',
    'A PIN has 6 to 12 digits, not all equal and not in sequence. Nothing was changed and no money moved.',
  ),
  'operator.name_invalid': noMoneyMoved(
    400,
    '姓名须为 1 到 40 个字符，不含控制字符或像付款码的数字。没有改动，没有动钱。',
    'A name has 1 to 40 characters, no control characters and no digits that could be a payment code. Nothing was changed and no money moved.',
  ),
  'operator.exists': noMoneyMoved(
    409,
    '已有同名人员。没有改动，没有动钱。',
    'There is an operator of that name. Nothing was changed and no money moved.',
  ),
  'operator.too_many': noMoneyMoved(
    409,
    '人员数量已到上限。没有改动，没有动钱，请先删除不再使用的。',
    'There are as many operators as fit. Nothing was changed and no money moved; remove one that has left.',
  ),
  'operator.unknown': noMoneyMoved(
    404,
    '没有这个人员。没有改动，没有动钱。',
    'There is no operator of that name. Nothing was changed and no money moved.',
  ),
  'operator.not_allowed': noMoneyMoved(
    403,
    '此人员的角色不能做这件事。没有改动，没有动钱，请找有权限的人员。',
    "This operator's role may not do that. Nothing was changed and no money moved; ask somebody who may.",
  ),
  'operator.none': noMoneyMoved(
    409,
    '还没有人员，不能登录。没有动钱，请安装人员用 guitai operator add 添加第一个。',
    'There are no operators yet, so nobody can sign in. No money moved; the installer adds the first one with guitai operator add.',
  ),
  'operator.session_ended': noMoneyMoved(
    401,
    '登录已结束。没有改动，没有动钱，请重新登录。',
    'The session has ended. Nothing was changed and no money moved; sign in again.',
  ),
  'operator.sign_in_needed': noMoneyMoved(
    401,
    '这件事要有权限的人员登录后才能做。没有改动，没有动钱，请登录。',
    'Somebody who may do this has to sign in first. Nothing was changed and no money moved; sign in.',
  ),
  'operator.last_installer': noMoneyMoved(
    409,
    '至少要留一名安装人员。没有改动，没有动钱。',
    'One installer must remain. Nothing was changed and no money moved.',
  ),
} as const
