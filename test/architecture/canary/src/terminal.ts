import { serial } from './devices/node/serial.ts'
import { client } from './gateway/node/client.ts'

export const terminal = [serial, client]
