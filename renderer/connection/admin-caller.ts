import { type AdminCaller, QUESTIONS } from '../shared/operator-types.ts'
import type { Connection } from './connection.ts'

/**
 * Sends the operations of operators over the page's line. Only a question is asked again when the line
 * breaks: a PIN or a password is on the wire once, and an act is done at most once.
 */
export function adminCaller(call: Connection['call']): AdminCaller {
  return (wanted) => call(wanted, QUESTIONS.has(wanted.operation) ? 'again' : 'once')
}
