import { createHash } from 'node:crypto'
import { err, ok } from '../../../base/result.ts'
import { problem } from '../../../domain/errors.ts'
import type { FaceCode } from '../../../domain/face-errors.ts'
import type { Clock } from '../../../ports/clock.ts'
import type { FaceAnswer, FaceAuthority, FaceOrder, SealedFace } from '../../../ports/face.ts'
import type { Log } from '../../../ports/log.ts'
import {
  FACE_KEY_PATH,
  FACES_PATH,
  readFaceAnswer,
  readFaceKey,
  recogniseBody,
  refusedFor,
} from '../faces.ts'
import type { ServiceAnswer, ServiceCall, ServicesClient } from './client.ts'

export type FaceAuthorityOptions = {
  readonly client: Pick<ServicesClient, 'call'>
  readonly clock: Pick<Clock, 'after'>
  readonly log: Log
}

/** Somebody stands before the terminal and waits; a later answer is none, milliseconds. */
const ANSWER_MS_MAX = 20_000
const KEY_BYTES = 32

/** The recognition provider behind terminal services (docs/gateway.md, Faces). */
export function createFaceAuthority({ client, clock, log }: FaceAuthorityOptions): FaceAuthority {
  /** The answer, or undefined when it does not come in time; it is then thrown away. */
  const call = (wanted: ServiceCall): Promise<ServiceAnswer | undefined> =>
    new Promise((resolve) => {
      const cancel = clock.after(ANSWER_MS_MAX, () => resolve(undefined))
      void client.call(wanted).then(
        (answer) => {
          cancel()
          resolve(answer)
        },
        () => {
          cancel()
          resolve(undefined)
        },
      )
    })

  return {
    async sealingKey(sha256) {
      const answer = await call({ method: 'GET', path: FACE_KEY_PATH })
      const key = answer?.kind === 'answered' ? keyOf(answer.value, sha256) : causeOf(answer)
      if (typeof key !== 'string') return ok(key)
      log.warn('sealing key of the face service not had', { code: key })
      return err(problem(key))
    },

    async recognise(order, sealed, digits) {
      const body = recogniseBody(order, wireOf(sealed), digits)
      const { captureId, outTradeNo } = order
      const said =
        typeof body === 'string'
          ? ({ kind: 'refused', cause: body } as const)
          : answerOf(await call({ method: 'POST', path: FACES_PATH, body }), order)
      const cause = said.kind === 'refused' ? said.cause : undefined
      log.info('face service answered', { captureId, outTradeNo, kind: said.kind, cause })
      return said
    },
  }
}

function answerOf(answer: ServiceAnswer | undefined, order: FaceOrder): FaceAnswer {
  if (answer?.kind !== 'answered') return { kind: 'refused', cause: causeOf(answer) }
  const { value, timestampMs: answeredAtMs, roundTripMs } = answer
  return readFaceAnswer(value, { order, answeredAtMs, roundTripMs })
}

/** Why there is nothing to go by. */
function causeOf(answer: Exclude<ServiceAnswer, { kind: 'answered' }> | undefined): FaceCode {
  if (answer === undefined) return 'face.service_unreachable'
  if (answer.kind === 'refused') return refusedFor(answer.refusal.code)
  const isDoubted = answer.why === 'not_verified' || answer.why === 'unreadable'
  return isDoubted ? 'face.service_not_verified' : 'face.service_unreachable'
}

/** The key of an answer, when it is of that digest itself, whatever the answer says of it. */
function keyOf(value: unknown, sha256: string): Uint8Array | FaceCode {
  const answer = readFaceKey(value)
  if (answer === undefined) return 'face.service_not_verified'
  const key = Uint8Array.from(Buffer.from(answer.key, 'base64'))
  const isGranted =
    key.length === KEY_BYTES &&
    answer.sha256 === sha256 &&
    createHash('sha256').update(key).digest('hex') === sha256
  return isGranted ? key : 'face.service_not_verified'
}

function wireOf({ ephemeralKey, nonce, ciphertext }: SealedFace) {
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
  return {
    ephemeral_key: base64(ephemeralKey),
    nonce: base64(nonce),
    ciphertext: base64(ciphertext),
  }
}
