import type { Other } from './no-cycles-other.ts'

export type One = { readonly other?: Other }
