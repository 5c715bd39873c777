import { table } from '../ports/table.ts'

export const used = table
