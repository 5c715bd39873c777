import { reduce } from '../checkout/reduce.ts'

export const project = reduce
