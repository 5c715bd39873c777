import type { Model } from '../screen/model.ts'

export type Face = Model
