import type { SuiteName } from '../suite.ts'
import type { NodeSuite } from './node-suite.ts'
import { RSA } from './signatures.ts'

/** The suite of that name. The library behind SM2 is loaded by the first who asks for it. */
export async function loadSuite(name: SuiteName): Promise<NodeSuite> {
  if (name === 'rsa') return RSA
  const { SM2 } = await import('./sm2.ts')
  return SM2
}
