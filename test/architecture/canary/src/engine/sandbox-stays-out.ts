import '../sandbox/server.ts'
