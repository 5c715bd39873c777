import { noMoneyMoved } from './error-entry.ts'

/** What can go wrong between this terminal and the service that grants. */
export const SERVICES_ERRORS = {
  'services.not_configured': noMoneyMoved(
    409,
    '配置里没有终端服务。没有动钱，请补上 services 再试。',
    'The configuration names no terminal services. No money moved; add services and try again.',
  ),
  'services.code_invalid': noMoneyMoved(
    400,
    '终端注册码的格式不对。没有动钱，请照原样重新输入。',
    'This is not an enrolment code. No money moved; type it again as it was given.',
  ),
  'services.already_enrolled': noMoneyMoved(
    409,
    '本机已经登记。没有改动，没有动钱。',
    'This terminal is enrolled already. Nothing was changed and no money moved.',
  ),
  'services.not_enrolled': noMoneyMoved(
    409,
    '本机还没有登记。没有动钱，请安装人员用 guitai enroll 登记。',
    'This terminal is not enrolled. No money moved; the installer enrols it with guitai enroll.',
  ),
  'services.unreachable': noMoneyMoved(
    503,
    '终端服务没有应答。没有动钱，请检查网络后再试。',
    'The terminal services did not answer. No money moved; check the network and try again.',
  ),
  'services.not_verified': noMoneyMoved(
    502,
    '终端服务的应答没有通过核验，没有采用。没有动钱，请核对注册码和服务地址。',
    'The answer of the terminal services did not verify and was not used. No money moved; check the code and the address.',
  ),
  'services.refused': noMoneyMoved(
    403,
    '终端服务拒绝了。没有动钱，请把代码告诉服务方。',
    'The terminal services refused. No money moved; tell the service the code.',
  ),
  'services.agreement_runs': noMoneyMoved(
    409,
    '协议还没有解除，门店也还有授权，不能注销本机。没有改动，没有动钱。',
    'The agreement runs and the store is granted something, so the terminal cannot sign off. Nothing was changed and no money moved.',
  ),
  'services.retired': noMoneyMoved(
    410,
    '本机已停用，商户私钥已清除，不再收款。流水还在；重新使用要重新办理。',
    'This terminal is retired and its merchant key was wiped; it takes no payments. The journal is kept; to use it again, have it approved anew.',
  ),
  'services.money_in_flight': noMoneyMoved(
    409,
    '还有没有结果的收款或退款，不能注销本机。请等它们有结果。',
    'Payments or refunds have no result yet, so the terminal cannot sign off. Wait until they have.',
  ),
} as const
