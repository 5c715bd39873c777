import './node/serial.ts'
