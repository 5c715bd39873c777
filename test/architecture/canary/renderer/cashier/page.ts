import type { protocol } from '../../src/api/protocol.ts'
import type { Model } from '../../src/screen/model.ts'

export type Page = [Model, typeof protocol]
