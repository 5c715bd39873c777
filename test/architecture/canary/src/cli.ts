import { server } from './sandbox/server.ts'
import { terminal } from './terminal.ts'

export const cli = [server, terminal]
