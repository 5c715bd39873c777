import '../../devices/node/serial.ts'
