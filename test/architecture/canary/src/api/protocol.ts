import { z } from 'zod'
import type { Model } from '../screen/model.ts'

export const protocol = z.custom<Model>()
