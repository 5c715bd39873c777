import { z } from 'fast-check'

export const check = z
