/** Which family of signatures a merchant is set up for at the gateway. */
export type SuiteName = 'rsa' | 'sm2'

/** How a suite is spelled on the wire. */
export type Suite = {
  readonly name: SuiteName
  /** The scheme in `Authorization`, and the value of `Wechatpay-Signature-Type`. */
  readonly scheme: string
  /** Whether an answer has to say its type; without one it is RSA. */
  readonly isTypeNeeded: boolean
  /** `algorithm` of everything that is sealed with the APIv3 key. */
  readonly sealAlgorithm: string
  /** Where its platform certificates are (APIv3 `GET /v3/certificates`, `algorithm_type`). */
  readonly certificatesTarget: string
}

/** Source: APIv3 interface rules, pages "签名生成" and "签名验证"; for SM2 the guide "国密接入指引". */
export const SUITES: Readonly<Record<SuiteName, Suite>> = {
  rsa: {
    name: 'rsa',
    scheme: 'WECHATPAY2-SHA256-RSA2048',
    isTypeNeeded: false,
    sealAlgorithm: 'AEAD_AES_256_GCM',
    certificatesTarget: '/v3/certificates',
  },
  sm2: {
    name: 'sm2',
    scheme: 'WECHATPAY2-SM2-WITH-SM3',
    isTypeNeeded: true,
    sealAlgorithm: 'AEAD_SM4_GCM',
    certificatesTarget: '/v3/certificates?algorithm_type=SM2',
  },
}
