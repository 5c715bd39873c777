import { model } from '../../src/screen/model.ts'

export const drawn = model
