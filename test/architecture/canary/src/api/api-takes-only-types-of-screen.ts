import { model } from '../screen/model.ts'

export const made = model
