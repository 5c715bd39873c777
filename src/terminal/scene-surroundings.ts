import type { Facts } from '../scene/request.ts'
import type { InterfaceType } from '../scene/words.ts'
import type { PlaceJudge } from './scene-place.ts'

/** What is so at this terminal and does not come from the service. */
export type SceneSurroundings = {
  readonly appVersion: string
  readonly merchant: Facts['merchant']
  readonly gateway: Facts['gateway']
  /** Where the terminal is, and what the network says of it. */
  readonly place: PlaceJudge
  readonly canExcludeCredit: readonly InterfaceType[]
  readonly hasOtherTender: boolean
  readonly unknownPlaceMsMax: number
  /** How often the service is asked at the least, milliseconds. */
  readonly refreshEveryMs: number
}
