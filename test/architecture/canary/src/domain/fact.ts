import { word } from '../base/word.ts'

export const fact = word
