import type { Phase } from '../checkout/reduce.ts'

export type Model = { readonly phase: Phase }
export const model = 1
