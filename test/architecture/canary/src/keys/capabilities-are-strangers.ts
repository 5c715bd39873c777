import '../devices/framing.ts'
