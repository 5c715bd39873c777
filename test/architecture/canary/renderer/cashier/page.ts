import { protocol } from '../../src/api/protocol.ts'
import type { Model } from '../../src/screen/model.ts'

export const page: [Model?, unknown?] = [undefined, protocol]
