import 'node:https'
import { z } from 'zod'

export const client = z
