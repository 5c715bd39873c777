import type { StorePlace } from '../scene/grant.ts'
import type { NetworkEvidence, Place } from '../scene/place.ts'
import type { Facts } from '../scene/request.ts'
import type { InterfaceType } from '../scene/words.ts'

/** What is so at this terminal and does not come from the service. */
export type SceneSurroundings = {
  readonly appVersion: string
  readonly merchant: Facts['merchant']
  readonly gateway: Facts['gateway']
  readonly network: () => NetworkEvidence
  /** Where the terminal is, seen from the store of the grant; undefined where nothing tells. */
  readonly placeIn: (store: StorePlace, monotonicMs: number) => Place | undefined
  readonly canExcludeCredit: readonly InterfaceType[]
  readonly hasOtherTender: boolean
  readonly unknownPlaceMsMax: number
  /** How often the service is asked at the least, milliseconds. */
  readonly refreshEveryMs: number
}
