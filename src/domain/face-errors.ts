type Words = { readonly zh: string; readonly en: string }

const USE_CODE = {
  'zh-CN': '请改用付款码',
  en: 'Please use your payment code',
} as const
const TRY_AGAIN = {
  'zh-CN': '请再试一次，或改用付款码',
  en: 'Please try again, or use your payment code',
} as const

function entry(status: number, { zh, en }: Words, customer: typeof USE_CODE | typeof TRY_AGAIN) {
  return { moneyTaken: 'no', status, staff: { 'zh-CN': zh, en }, customer } as const
}

/** Face pay is not to be had here now; nobody did anything wrong. */
const unavailable = (zh: string, en: string) => entry(503, { zh, en }, USE_CODE)
/** This try led to nothing; another one may. */
const tryAgain = (zh: string, en: string) => entry(409, { zh, en }, TRY_AGAIN)
/** This order is not paid by face any more. */
const useCode = (zh: string, en: string) => entry(409, { zh, en }, USE_CODE)

/** What can go wrong with a face before there is a code to charge. No money moves in any of it. */
export const FACE_ERRORS = {
  'face.not_configured': unavailable(
    '配置里没有刷脸。请改用付款码。',
    'The configuration has no face pay. Take a payment code.',
  ),
  'face.model_missing': unavailable(
    '没有人脸模型，刷脸不可用。请安装人员运行 guitai models fetch。',
    'There is no face model, so face pay is off. The installer runs guitai models fetch.',
  ),
  'face.model_untrusted': unavailable(
    '人脸模型与清单不符，没有使用。请安装人员运行 guitai models fetch 重新下载。',
    'A face model is not the listed one and was not used. The installer runs guitai models fetch again.',
  ),
  'face.model_development_only': unavailable(
    '只有开发用的人脸模型，正式收款不能使用。请安装人员运行 guitai models fetch。',
    'Only the model for development is here, and real payments refuse it. The installer runs guitai models fetch.',
  ),
  'face.profile_unknown': unavailable(
    '场景授权要求的活体检测本机不支持，刷脸不可用。',
    'The grant asks for a liveness check that this terminal does not have, so face pay is off.',
  ),
  'face.gate_failed': tryAgain(
    '人脸检测程序出错，没有动钱。请再试或改用付款码。',
    'The face check failed; no money moved. Try again or take a payment code.',
  ),
  'face.no_camera': useCode(
    '没有摄像头，没有动钱。请改用付款码，并检查摄像头。',
    'There is no camera; no money moved. Take a payment code, and check the camera.',
  ),
  'face.camera_denied': useCode(
    '系统不允许使用摄像头，没有动钱。请改用付款码，并检查权限。',
    'The system does not let the camera be used; no money moved. Take a payment code, and check its permission.',
  ),
  'face.camera_busy': useCode(
    '摄像头被其他程序占用，没有动钱。请改用付款码。',
    'Another program holds the camera; no money moved. Take a payment code.',
  ),
  'face.camera_lost': tryAgain(
    '摄像头中断，没有动钱。请检查连接后再试，或改用付款码。',
    'The camera stopped; no money moved. Check its cable and try again, or take a payment code.',
  ),
  'face.frame_invalid': tryAgain(
    '摄像头送来的画面不合规，没有动钱。请改用付款码。',
    'The camera sent pictures that cannot be used; no money moved. Take a payment code.',
  ),
  'face.no_face': tryAgain(
    '20 秒内没有看清人脸，没有动钱。请再试或改用付款码。',
    'No face was clear enough within 20 s; no money moved. Try again or take a payment code.',
  ),
  'face.not_live': tryAgain(
    '没有通过活体检测，没有动钱。请再试或改用付款码。',
    'The liveness check was not passed; no money moved. Try again or take a payment code.',
  ),
  'face.consent_old': tryAgain(
    '同意已过时，没有动钱。请顾客重新同意。',
    'The consent is too old; no money moved. The customer has to agree again.',
  ),
  'face.not_confirmed': tryAgain(
    '顾客没有确认，没有动钱。',
    'The customer did not confirm; no money moved.',
  ),
  'face.wrong_digits': tryAgain(
    '手机号后四位不符，没有动钱。',
    'The last digits of the phone do not match; no money moved.',
  ),
  'face.not_recognised': tryAgain(
    '没有认出顾客，没有动钱。请再试或改用付款码。',
    'The customer was not recognised; no money moved. Try again or take a payment code.',
  ),
  'face.minor': useCode(
    '这位顾客不能刷脸，没有动钱。请改用付款码。',
    'This customer may not pay by face; no money moved. Take a payment code.',
  ),
  'face.refused': useCode(
    '刷脸服务拒绝了这次识别，没有动钱。请改用付款码。',
    'The face service refused this; no money moved. Take a payment code.',
  ),
  'face.service_unreachable': useCode(
    '刷脸服务没有应答，没有动钱。请改用付款码。',
    'The face service did not answer; no money moved. Take a payment code.',
  ),
  'face.service_not_verified': useCode(
    '刷脸服务的应答不可信，没有动钱。请改用付款码。',
    'The answer of the face service could not be trusted; no money moved. Take a payment code.',
  ),
  'face.device_missing': unavailable(
    '没有找到刷脸设备服务。请安装人员检查。',
    'The face device service was not found. Call the installer.',
  ),
  'face.device_not_ready': unavailable(
    '刷脸设备还没有就绪，请稍候。',
    'The face device is not ready yet; wait a moment.',
  ),
  'face.device_failed': tryAgain(
    '刷脸设备出错，没有动钱。请再试或改用付款码。',
    'The face device failed; no money moved. Try again or take a payment code.',
  ),
  'face.not_authorised': unavailable(
    '商户没有刷脸支付的权限。请联系负责人。',
    'The merchant is not authorised for face pay. Call the manager.',
  ),
  'face.left': tryAgain(
    '顾客退出了刷脸，没有动钱。',
    'The customer left face pay; no money moved.',
  ),
  'face.off_for_sale': useCode(
    '这笔款不再刷脸。请改用付款码。',
    'This sale is not paid by face any more. Take a payment code.',
  ),
  'face.not_offered': useCode(
    '现在不能刷脸。请改用付款码。',
    'Face pay is not to be had now. Take a payment code.',
  ),
} as const

/** Why there is no face code. */
export type FaceCode = keyof typeof FACE_ERRORS
