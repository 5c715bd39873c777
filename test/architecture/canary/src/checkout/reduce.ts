import { decide } from '../scene/decide.ts'

export type Phase = 'ready'
export const reduce = () => decide()
