import 'node:fs'
import 'serialport'

export const serial = 1
