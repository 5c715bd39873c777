import type { CustomerScreen, FaceScreen } from '../../src/screen/model.ts'
import type { FaceDesk } from './face-desk.ts'
import type { CustomerState } from './state.ts'

/** What every stage of face pay is drawn from. */
export type FaceFlowProps = {
  readonly state: CustomerState
  readonly screen: CustomerScreen
  readonly face: FaceScreen
  readonly desk: FaceDesk
}
