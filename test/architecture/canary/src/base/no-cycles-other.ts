import type { One } from './no-cycles.ts'

export type Other = { readonly one?: One }
