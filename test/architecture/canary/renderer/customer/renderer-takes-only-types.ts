import { protocol } from '../../src/api/protocol.ts'

export const parsed = protocol
