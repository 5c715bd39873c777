import type { FaceModel, ModelTensor } from './models.ts'

const YUNET = 'https://raw.githubusercontent.com/ShiqiYu/libfacedetection.train/master/onnx'
const ANTI_SPOOFING =
  'https://raw.githubusercontent.com/yakhyo/face-anti-spoofing/c175efef505bc275f7835cc9aa2aecab305ac184/weights'
const STRIDES = [8, 16, 32] as const

/** What a detector gives for one stride: how likely, how much a face, its box, its five landmarks. */
const YUNET_OUTPUTS = [
  ['cls', 1],
  ['obj', 1],
  ['bbox', 4],
  ['kps', 10],
] as const

/** A detector that is fed pictures of `side` by `side` pixels. */
function yunetTensors(side: number) {
  const outputs: readonly ModelTensor[] = YUNET_OUTPUTS.flatMap(([name, values]) =>
    STRIDES.map((stride) => ({
      name: `${name}_${stride}`,
      shape: [1, (side / stride) ** 2, values],
    })),
  )
  return {
    input: bgr(side),
    outputs,
    decoding: { kind: 'yunet', strides: STRIDES },
  } as const
}

function bgr(side: number) {
  const shape = [1, 3, side, side]
  return { name: 'input', shape, layout: 'NCHW', channels: 'BGR', range: [0, 255] } as const
}

function fasnetTensors(cropFactor: number) {
  return {
    input: bgr(80),
    outputs: [{ name: 'output', shape: [1, 3] }],
    decoding: { kind: 'minifasnet', cropFactor, liveClass: 1 },
  } as const
}

/** The networks of the project and branch are not fetched by tests: their network ends before it. */
function from(folder: string, name: string) {
  return [{ address: `${folder}/${name}.onnx`, reachedFromTests: false }] as const
}

/**
 * Every model there is for this program, the preferred one of a role first. What is not in this list,
 * byte for byte, is not loaded (docs/decisions/0021).
 */
export const FACE_MODELS: readonly FaceModel[] = [
  {
    name: 'yunet_n_320_320',
    role: 'detector',
    version: 'YuNet-n',
    licence: 'Apache-2.0',
    sources: from(YUNET, 'yunet_n_320_320'),
    sha256: '81dbde155e982455488235acb8ec2dec5d647edf7cf7080d33e4abb69b93a0d2',
    bytes: 317_434,
    ...yunetTensors(320),
    isDefault: true,
    developmentOnly: false,
  },
  {
    name: 'yunet_n_640_640',
    role: 'detector',
    version: 'YuNet-n',
    licence: 'Apache-2.0',
    sources: from(YUNET, 'yunet_n_640_640'),
    sha256: '25a606a145a5b6d7271ae138fbd00eba91dad8b83222ae3f2c7ecd0f4a7b0e31',
    bytes: 317_466,
    ...yunetTensors(640),
    isDefault: false,
    developmentOnly: false,
  },
  {
    name: 'MiniFASNetV2',
    role: 'liveness',
    version: 'c175efe',
    licence: 'Apache-2.0',
    sources: from(ANTI_SPOOFING, 'MiniFASNetV2'),
    sha256: '4eed38f0bde33c9b805942a5f25e42ce1161e2bda545254be622be957727794e',
    bytes: 1_743_561,
    ...fasnetTensors(2.7),
    isDefault: true,
    developmentOnly: false,
  },
  {
    name: 'MiniFASNetV1SE',
    role: 'liveness',
    version: 'c175efe',
    licence: 'Apache-2.0',
    sources: from(ANTI_SPOOFING, 'MiniFASNetV1SE'),
    sha256: 'd819a69bac6b9ade2a0f4d9b60b618e1260f7bf3ba1fddff6c5d82131cb1083f',
    bytes: 1_742_315,
    ...fasnetTensors(4),
    isDefault: true,
    developmentOnly: false,
  },
  {
    name: 'drawn-detector',
    role: 'detector',
    version: '1',
    licence: 'Apache-2.0',
    sources: [],
    sha256: '38dcfc09d47b4314587cc486b7c2a468be6e6332a3ac407214ee91ee2f971d4a',
    bytes: 258_232,
    ...yunetTensors(320),
    isDefault: false,
    developmentOnly: true,
  },
]
