/** A refusal to start: nothing was charged, and only the installer can help. */
function refusal(zh: string, en: string) {
  return {
    moneyTaken: 'no',
    status: 500,
    staff: {
      'zh-CN': `${zh}未收款，请联系安装人员。`,
      en: `${en} Nothing was charged; call the installer.`,
    },
    customer: { 'zh-CN': '请联系店员', en: 'Please ask the staff' },
  } as const
}

/** What can be wrong with the settings of the gateway, its keys and certificates. */
export const CONFIG_ERRORS = {
  'config.file_unreadable': refusal('配置的文件读不到。', 'A configured file cannot be read.'),
  'config.not_json': refusal('配置文件不是有效的 JSON。', 'The configuration file is not JSON.'),
  'config.invalid_field': refusal(
    '配置文件的字段缺失、多余或不正确。',
    'A field of the configuration is missing, unknown or wrong.',
  ),
  'config.secret_exposed': refusal(
    '密钥文件的权限过宽，只能由其所有者读取。',
    'A key file may be read by others than its owner.',
  ),
  'config.port_taken': refusal(
    '本地接口的端口已被占用，或已有一台终端在使用同一数据文件夹。',
    'The port of the local API is taken, or another terminal uses the same data folder.',
  ),
  'config.gateway_not_https': refusal(
    '网关地址必须以 https:// 开头，且不带路径。',
    'The gateway address must begin with https:// and have no path.',
  ),
  'config.ca_unreadable': refusal(
    '网关的根证书文件无法识别。',
    "The file with the gateway's root certificates cannot be read.",
  ),
  'config.certificate_unreadable': refusal(
    '商户 API 证书无法识别。',
    'The merchant API certificate cannot be read.',
  ),
  'config.certificate_not_yet_valid': refusal(
    '商户 API 证书尚未生效，请检查系统时间。',
    'The merchant API certificate is not valid yet; check the clock.',
  ),
  'config.certificate_expired': refusal(
    '商户 API 证书已过期，请在商户平台更换。',
    'The merchant API certificate has expired; renew it on the merchant platform.',
  ),
  'config.certificate_of_other_merchant': refusal(
    '商户 API 证书属于另一个商户号。',
    'The merchant API certificate belongs to another merchant number.',
  ),
  'config.key_unreadable': refusal(
    '商户私钥无法识别。',
    'The merchant private key cannot be read.',
  ),
  'config.key_mismatch': refusal(
    '商户私钥与商户 API 证书不匹配。',
    'The merchant private key does not belong to the merchant API certificate.',
  ),
  'config.api_v3_key_invalid': refusal(
    'APIv3 密钥缺失或不是 32 字节。',
    'The APIv3 key is missing or is not 32 bytes long.',
  ),
  'config.scene_not_declared': refusal(
    '配置没有场景授权服务（services）。没有授权的终端只能连本机沙箱；确实不需要授权时，请写明 "scene": "open"。',
    'The configuration names no terminal services. Without a grant a terminal works at a sandbox of this machine only; where none is wanted, write "scene": "open".',
  ),
  'config.scene_removed': {
    moneyTaken: 'unknown',
    status: 500,
    staff: {
      'zh-CN':
        '本终端已登记场景授权，配置却去掉了授权服务（services），终端不启动。不要重复收款。请换回原来的配置；要停用终端，请先注销（guitai retire）。',
      en: 'This terminal is enrolled, but its configuration no longer names the terminal services, so it does not start. Do not charge again. Put the old configuration back; to end this terminal, retire it first (guitai retire).',
    },
    customer: { 'zh-CN': '请联系店员', en: 'Please ask the staff' },
  },
  'config.merchant_changed': {
    moneyTaken: 'unknown',
    status: 500,
    staff: {
      'zh-CN':
        '配置换了商户号或应用，但还有收款或退款没有结果，终端不启动。不要重复收款。请换回原来的配置，等结果出来或人工结案，再换配置。',
      en: 'The configuration names another merchant or app, but sales or refunds are still without a result, so the terminal does not start. Do not charge again. Put the old configuration back, wait for the results or close them by hand, then change it.',
    },
    customer: { 'zh-CN': '请联系店员', en: 'Please ask the staff' },
  },
  'config.api_v2_key_invalid': refusal(
    'APIv2 密钥缺失或不是 32 个字符。',
    'The APIv2 key is missing or is not 32 characters long.',
  ),
  'config.public_key_unreadable': refusal(
    '微信支付公钥或其编号无法识别。',
    'The WeChat Pay public key or its id cannot be read.',
  ),
} as const
