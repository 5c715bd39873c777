import type { fact } from '../domain/fact.ts'

export type Clock = { readonly fact: typeof fact }
