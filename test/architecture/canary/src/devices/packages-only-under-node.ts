import 'serialport'
