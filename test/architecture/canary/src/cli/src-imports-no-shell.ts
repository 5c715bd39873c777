import '../../main/electron/main.ts'
