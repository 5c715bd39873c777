/** Names of the drawings; each state has an outline of its own, so that colour is never alone. */
export type IconName =
  | 'ready'
  | 'scan'
  | 'charging'
  | 'phone'
  | 'code'
  | 'search'
  | 'back'
  | 'check'
  | 'cross'
  | 'question'
  | 'stop'
  | 'again'
  | 'link'
  | FaceIconName

/** Drawings of face pay. */
export type FaceIconName =
  | 'face'
  | 'one_person'
  | 'closer'
  | 'further'
  | 'middle'
  | 'light'
  | 'still'
  | 'turn_left'
  | 'turn_right'
  | 'blink'
  | 'device'
  | 'recognising'
  | 'voice'
  | 'silent'
