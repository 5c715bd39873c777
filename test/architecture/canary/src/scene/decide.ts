import { fact } from '../domain/fact.ts'

export const decide = () => fact
