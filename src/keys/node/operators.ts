import { z } from 'zod'
import { err, ok, type Result } from '../../base/result.ts'
import { type ErrorCode, type Problem, problem } from '../../domain/errors.ts'
import { LIMITS } from '../../domain/limits.ts'
import { holdsCode } from '../../domain/redact.ts'
import { type Operator, ROLES } from '../../domain/roles.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Operators, PinRefusal } from '../../ports/operators.ts'
import type { Secrets } from '../../ports/secrets.ts'
import { isUsablePin, waitMs } from '../pin.ts'
import { hashPin, isPin, PIN_COST, pinHashSchema, type ScryptCost } from './pin-hash.ts'

const SECRET_NAME = 'operators'
/** When to come back while others are being looked at, milliseconds. */
const BUSY_MS = 1_000

const operatorSchema = z.strictObject({
  name: z.string(),
  role: z.enum(ROLES),
  pin: pinHashSchema,
  failures: z.number().int().min(0),
  lastTryAtMs: z.number().int(),
})
const storedSchema = z.strictObject({ version: z.literal(1), operators: z.array(operatorSchema) })

type Stored = z.output<typeof operatorSchema>

/** What {@link OperatorStore} is made of. */
export type OperatorStoreOptions = {
  readonly secrets: Secrets
  readonly clock: Pick<Clock, 'nowMs'>
  /** For new PINs. */
  readonly cost?: ScryptCost
}

/**
 * Operators and their hashed PINs, sealed as one secret that is read anew every time: a command may
 * change it while the terminal runs. Whoever reads a sealed file learns neither names nor hashes.
 */
export class OperatorStore implements Operators {
  readonly #secrets: Secrets
  readonly #clock: Pick<Clock, 'nowMs'>
  readonly #cost: ScryptCost
  #checks: Promise<unknown> = Promise.resolve()
  #waiting = 0

  constructor({ secrets, clock, cost = PIN_COST }: OperatorStoreOptions) {
    this.#secrets = secrets
    this.#clock = clock
    this.#cost = cost
  }

  async verify(name: string, pin: string): Promise<Result<Operator, PinRefusal>> {
    if (this.#waiting >= LIMITS.pinChecksMax) return refuse('operator.locked', BUSY_MS)
    const begun = this.#countTry(name)
    if (!begun.ok) return begun
    const known = begun.value
    if (!known) {
      // As slow as a wrong PIN: how long it takes tells nobody which names there are.
      await this.#inTurn(() => hashPin(pin, this.#cost))
      return refuse('operator.pin_wrong', 0)
    }
    if (!(await this.#inTurn(() => isPin(pin, known.pin)))) {
      return refuse('operator.pin_wrong', waitMs(known, this.#clock.nowMs()))
    }
    const cleared = this.#change(name, (found) => {
      // Forgives what was counted until this try, and none that came in beside it.
      const failures = Math.max(0, found.failures - known.failures)
      return { ...found, failures }
    })
    if (!cleared.ok) return err({ problem: cleared.error, waitMs: 0 })
    return ok({ name: known.name, role: known.role })
  }

  list(): Result<readonly Operator[], Problem> {
    const stored = this.#read()
    if (!stored.ok) return stored
    return ok(stored.value.map(({ name, role }) => ({ name, role })))
  }

  /** Adds somebody; `operator.exists`, `operator.name_invalid` or `operator.pin_weak` when refused. */
  async add(operator: Operator, pin: string): Promise<Result<undefined, Problem>> {
    const { name, role } = operator
    if (!isUsableName(name)) return no('operator.name_invalid', 'name')
    if (!isUsablePin(pin)) return no('operator.pin_weak', 'pin')
    const hashed = await hashPin(pin, this.#cost)
    const stored = this.#read()
    if (!stored.ok) return stored
    if (stored.value.some((found) => found.name === name)) return no('operator.exists', 'name')
    if (stored.value.length >= LIMITS.operatorsMax) return no('operator.too_many', 'name')
    // The first one has to be able to add the others.
    if (stored.value.length === 0 && role !== 'installer')
      return no('operator.last_installer', 'role')
    const added = { name, role, pin: hashed, failures: 0, lastTryAtMs: 0 }
    return this.#write([...stored.value, added])
  }

  /** Gives somebody a new PIN and ends their pause. */
  async setPin(name: string, pin: string): Promise<Result<undefined, Problem>> {
    if (!isUsablePin(pin)) return no('operator.pin_weak', 'pin')
    const hashed = await hashPin(pin, this.#cost)
    return this.#change(name, (found) => ({ ...found, pin: hashed, failures: 0, lastTryAtMs: 0 }))
  }

  /** Removes somebody; the last installer stays. */
  remove(name: string): Result<undefined, Problem> {
    const stored = this.#read()
    if (!stored.ok) return stored
    const rest = stored.value.filter((found) => found.name !== name)
    if (rest.length === stored.value.length) return no('operator.unknown', 'name')
    if (!rest.some(({ role }) => role === 'installer')) return no('operator.last_installer', 'name')
    return this.#write(rest)
  }

  /** One at a time: charges are signed on the same threads, and guesses must not fill them. */
  #inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    this.#waiting += 1
    const turn = this.#checks.then(work).finally(() => {
      this.#waiting -= 1
    })
    this.#checks = turn.catch(() => undefined)
    return turn
  }

  /**
   * Counts a try as wrong before it is made, in one turn: what runs at the same time sees it, and so
   * does the next start. Undefined for a name that is not known.
   */
  #countTry(name: string): Result<Stored | undefined, PinRefusal> {
    const stored = this.#read()
    if (!stored.ok) return err({ problem: stored.error, waitMs: 0 })
    const found = stored.value.find((known) => known.name === name)
    if (!found) return ok(undefined)
    const nowMs = this.#clock.nowMs()
    const leftMs = waitMs(found, nowMs)
    if (leftMs > 0) {
      // The clock was set back: the pause counts from now, or it would never end.
      if (found.lastTryAtMs > nowMs) this.#change(name, (old) => ({ ...old, lastTryAtMs: nowMs }))
      return refuse('operator.locked', leftMs)
    }
    const counted = { ...found, failures: found.failures + 1, lastTryAtMs: nowMs }
    const written = this.#change(name, () => counted)
    return written.ok ? ok(counted) : err({ problem: written.error, waitMs: 0 })
  }

  #change(name: string, change: (found: Stored) => Stored): Result<undefined, Problem> {
    const stored = this.#read()
    if (!stored.ok) return stored
    if (!stored.value.some((found) => found.name === name)) return no('operator.unknown', 'name')
    return this.#write(stored.value.map((found) => (found.name === name ? change(found) : found)))
  }

  #read(): Result<readonly Stored[], Problem> {
    const bytes = this.#secrets.open(SECRET_NAME)
    if (!bytes.ok) return bytes
    if (!bytes.value) return ok([])
    try {
      const text = Buffer.from(bytes.value).toString('utf8')
      return ok(storedSchema.parse(JSON.parse(text)).operators)
    } catch {
      return err(problem('keys.sealed_unreadable', { field: SECRET_NAME }))
    }
  }

  #write(operators: readonly Stored[]): Result<undefined, Problem> {
    const sorted = operators.toSorted((a, b) => (a.name < b.name ? -1 : 1))
    const text = JSON.stringify({ version: 1, operators: sorted })
    return this.#secrets.seal(SECRET_NAME, Buffer.from(text, 'utf8'))
  }
}

function isUsableName(name: string): boolean {
  const { length } = [...name]
  if (length === 0 || length > LIMITS.operatorMax || name !== name.trim()) return false
  return !/\p{C}/u.test(name) && !holdsCode(name)
}

function no(code: ErrorCode, field: string): Result<never, Problem> {
  return err(problem(code, { field }))
}

function refuse(code: ErrorCode, leftMs: number): Result<never, PinRefusal> {
  return err({ problem: problem(code), waitMs: leftMs })
}
