import { model } from '../screen/model.ts'

export const shown = model
