import type { Text } from '../domain/errors.ts'
import type { FaceModel, ModelFlaw, ModelState, ModelVerdict } from '../face/models.ts'
import type { DownloadFlaw } from '../face/node/model-download.ts'

const FLAWS: Readonly<Record<ModelFlaw, Text>> = {
  folder_writable_by_others: {
    'zh-CN': '没有使用：别的用户可以改这个文件夹，请先 chmod go-w',
    en: 'not used: others may write to its folder; run chmod go-w on it first',
  },
  file_writable_by_others: {
    'zh-CN': '没有使用：别的用户可以改这个文件，请重新下载',
    en: 'not used: others may write to it; fetch it again',
  },
  owned_by_another: {
    'zh-CN': '没有使用：文件或文件夹属于别的用户',
    en: 'not used: file or folder belong to another user',
  },
  not_a_file: {
    'zh-CN': '没有使用：是链接，或不是普通文件',
    en: 'not used: a link, or no plain file',
  },
  wrong_length: {
    'zh-CN': '没有使用：长度与清单不符，请重新下载',
    en: 'not used: not as long as listed; fetch it again',
  },
  wrong_digest: {
    'zh-CN': '没有使用：内容与清单不符，请重新下载',
    en: 'not used: not the listed bytes; fetch it again',
  },
  unreadable: { 'zh-CN': '没有使用：读不出来', en: 'not used: cannot be read' },
}

/** What a state means and what to do. */
export function wordsOfState(state: ModelState): Text {
  if (state.kind === 'refused') return FLAWS[state.flaw]
  if (state.kind === 'missing') return { 'zh-CN': '没有', en: 'not here' }
  return { 'zh-CN': '与清单一致', en: 'as listed' }
}

/** Why a fetch from one place failed. */
export const DOWNLOAD_WORDS: Readonly<Record<DownloadFlaw, Text>> = {
  unreachable: { 'zh-CN': '连不上', en: 'cannot be reached' },
  silent: { 'zh-CN': '等不到数据', en: 'nothing more came' },
  not_there: { 'zh-CN': '那里没有这个文件', en: 'the file is not there' },
  cut_short: { 'zh-CN': '没有收全', en: 'it ended too early' },
  too_long: { 'zh-CN': '比清单上的长，没有保留', en: 'longer than listed, not kept' },
  wrong_digest: { 'zh-CN': '内容与清单不符，没有保留', en: 'not the listed bytes, not kept' },
  bad_redirect: { 'zh-CN': '被转到不可用的地址', en: 'redirected to where it may not go' },
  not_written: { 'zh-CN': '写不进文件夹', en: 'cannot be written to the folder' },
}

/** What face pay can do with what is here. */
export const VERDICT_WORDS: Readonly<Record<ModelVerdict['kind'], Text>> = {
  whole: { 'zh-CN': '人脸模型齐全。', en: 'All face models are here.' },
  detector_only: {
    'zh-CN': '只有人脸检测模型，没有活体模型：只能演练。',
    en: 'There is a face detector, but not every liveness model: good for rehearsals only.',
  },
  development: {
    'zh-CN': '只有开发用的模型：正式收款不能刷脸。',
    en: 'Only the model for development is here: real payments refuse it.',
  },
  none: { 'zh-CN': '没有人脸检测模型：不能刷脸。', en: 'There is no face detector: no face pay.' },
}

const ROLES: Readonly<Record<FaceModel['role'], Text>> = {
  detector: { 'zh-CN': '人脸检测', en: 'detector' },
  liveness: { 'zh-CN': '活体检测', en: 'liveness' },
}

/** What a model is for. */
export function wordsOfRole({ role, developmentOnly, isDefault }: FaceModel): Text {
  const zh = developmentOnly ? '，仅供开发' : isDefault ? '' : '，备选'
  const en = developmentOnly ? ', development only' : isDefault ? '' : ', alternative'
  return { 'zh-CN': `${ROLES[role]['zh-CN']}${zh}`, en: `${ROLES[role].en}${en}` }
}

/** Everything else that the command says. */
export const MODEL_WORDS = {
  here: { 'zh-CN': '已有，没有重新下载', en: 'here already, not fetched again' },
  fetched: { 'zh-CN': '已下载', en: 'fetched' },
  fetching: { 'zh-CN': '下载', en: 'fetching' },
  removed: { 'zh-CN': '已删除', en: 'removed' },
  failed: { 'zh-CN': '没有下载成功', en: 'not fetched' },
  mend: { 'zh-CN': '请运行', en: 'run' },
  bytes: { 'zh-CN': '字节', en: 'bytes' },
} as const satisfies Readonly<Record<string, Text>>
