import 'node:http'

export const server = 1
