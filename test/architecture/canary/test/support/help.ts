import { serial } from '../../src/devices/node/serial.ts'

export const help = serial
