import 'electron'
import { terminal } from '../../src/terminal.ts'

export const shell = terminal
