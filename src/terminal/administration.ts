import { err, ok, type Result } from '../base/result.ts'
import { type Problem, problem } from '../domain/errors.ts'
import { mayDo, type Operator, rightsOf } from '../domain/roles.ts'
import type { ActDesk } from '../engine/act-desk.ts'
import type {
  Administration,
  AdministrationFacts,
  AdminWish,
  InterfaceClosing,
  InterfacePause,
  OperatorCall,
  OperatorSession,
} from '../ports/administration.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Operators } from '../ports/operators.ts'
import type { InterfacePauses } from './interface-pauses.ts'
import type { OperatorSessions } from './operator-sessions.ts'
import type { SceneParts } from './scene.ts'
import { closeInterface } from './scene-closing.ts'
import { keepNote, openNotes } from './scene-notes.ts'
import type { MeasureNote } from './scene-state.ts'
import { askTime, unlockClock } from './scene-unlock.ts'

export type AdministrationParts = {
  readonly operators: Operators
  readonly sessions: OperatorSessions
  readonly acts: ActDesk
  readonly pauses: InterfacePauses
  /** Absent where no terminal services are configured. */
  readonly scene: SceneParts | undefined
  readonly view: () => AdministrationFacts
  readonly clock: Clock
  readonly log: Log
}

/** What people do to the terminal, with its journal, its scene and its sessions at hand. */
export class TerminalAdministration implements Administration {
  readonly #parts: AdministrationParts

  constructor(parts: AdministrationParts) {
    this.#parts = parts
  }

  operators(): Result<readonly Operator[], Problem> {
    return this.#parts.operators.list()
  }

  async signIn(name: string, pin: string): Promise<Result<OperatorSession, Problem>> {
    const { operators, sessions, acts, log } = this.#parts
    const known = operators.list()
    if (!known.ok) return known
    if (known.value.length === 0) return err(problem('operator.none'))
    const verified = await operators.verify(name, pin)
    if (!verified.ok) {
      const { problem: refusal, waitMs } = verified.error
      if (waitMs <= 0) return err(refusal)
      // Further tries during a pause are not looked at, so that nobody can fill the journal with them.
      if (refusal.code === 'operator.pin_wrong') {
        acts.recordRefused({ what: 'operator.sign_in', operator: name, reason: refusal.code })
      }
      return err({ ...refusal, waitMs })
    }
    const operator = verified.value
    log.info('signed in', { operator: operator.name })
    return ok({
      ...operator,
      session: sessions.begin(operator),
      rights: rightsOf(operator.role),
      lockAfterMs: sessions.lockAfterMs,
    })
  }

  signOut(session: string): void {
    this.#parts.sessions.end(session)
  }

  authorise({ session, operation, right, isIdle }: OperatorCall): Result<Operator, Problem> {
    const { operators, sessions, acts } = this.#parts
    const found = sessions.find(session, isIdle)
    if (found === undefined) return err(problem('operator.session_ended'))
    const known = operators.list()
    if (!known.ok) return known
    const isAsBefore = known.value.some(
      ({ name, role }) => name === found.name && role === found.role,
    )
    if (!isAsBefore) {
      sessions.endOf(found.name)
      return err(problem('operator.session_ended'))
    }
    if (mayDo(found.role, right)) return ok(found)
    const { name, role } = found
    acts.recordRefused({ what: operation, operator: name, reason: `operator.not_allowed ${role}` })
    return err(problem('operator.not_allowed', { detail: `${name} is ${role}` }))
  }

  view(): Result<AdministrationFacts, Problem> {
    return ok(this.#parts.view())
  }

  acknowledge(by: Operator, measureId: string): Result<undefined, Problem> {
    return this.#note(by, 'acknowledged', { measureId, reason: '' })
  }

  reportDone(
    by: Operator,
    done: { readonly measureId: string; readonly reason: string },
  ): Result<undefined, Problem> {
    return this.#note(by, 'reported_done', done)
  }

  pause(
    by: Operator,
    wish: Pick<InterfacePause, 'interface' | 'reason'>,
  ): Result<undefined, Problem> {
    const { acts, pauses, clock } = this.#parts
    const { interface: type, reason } = wish
    if (pauses.isPaused(type)) return err(problem('interface.paused_already'))
    const pause = { interface: type, operator: by.name, reason, sinceMs: clock.nowMs() }
    const next = [...pauses.list(), pause]
    const act = { what: `interface.pause ${type}`, operator: by.name, reason }
    const written = acts.recordPauses(act, next)
    if (written.ok) pauses.adopt(next)
    return written
  }

  resume(
    by: Operator,
    wish: Pick<InterfacePause, 'interface' | 'reason'>,
  ): Result<undefined, Problem> {
    const { acts, pauses } = this.#parts
    const { interface: type, reason } = wish
    if (!pauses.isPaused(type)) return err(problem('interface.not_paused'))
    const next = pauses.list().filter((pause) => pause.interface !== type)
    const act = { what: `interface.resume ${type}`, operator: by.name, reason }
    const written = acts.recordPauses(act, next)
    if (written.ok) pauses.adopt(next)
    return written
  }

  async close(
    by: Operator,
    closing: InterfaceClosing,
  ): Promise<Result<readonly string[], Problem>> {
    const { scene, acts } = this.#parts
    if (scene === undefined) return err(problem('services.not_configured'))
    const { interface: type, reason } = closing
    const wish = { operator: by.name, reason }
    const begun = acts.record({ ...wish, what: `interface.close ${type}` })
    if (!begun.ok) return begun
    const closed = await closeInterface(scene, closing)
    const what = closed.ok
      ? `interface.closed ${closed.value.join(' ')}`
      : `interface.close_refused ${type} ${closed.error.code}`
    const written = acts.record({ ...wish, what })
    return written.ok || closed.ok ? closed : written
  }

  async unlockClock(by: Operator, reason: string): Promise<Result<undefined, Problem>> {
    const { scene, acts, clock } = this.#parts
    if (scene === undefined) return err(problem('services.not_configured'))
    const fresh = await askTime(scene)
    if (!fresh.ok) return fresh
    const written = acts.record({ what: 'clock.unlock', operator: by.name, reason })
    return written.ok ? unlockClock(scene, fresh.value, clock) : written
  }

  record(act: AdminWish): Result<undefined, Problem> {
    const { acts, sessions } = this.#parts
    const written = acts.record(act)
    // Somebody removed, or with a new PIN, is to sign in anew.
    const about = /^operator\.(?:remove|pin) (.+)$/.exec(act.what)?.[1]
    if (about !== undefined) sessions.endOf(about)
    return written
  }

  #note(
    by: Operator,
    what: MeasureNote['what'],
    { measureId, reason }: { readonly measureId: string; readonly reason: string },
  ): Result<undefined, Problem> {
    const { scene, acts, clock } = this.#parts
    if (scene === undefined) return err(problem('services.not_configured'))
    const { keeper, link } = scene
    const one = keeper.inForce().find((measure) => measure.measureId === measureId)
    if (one === undefined) return err(problem('measure.unknown', { field: 'measureId' }))
    if (!openNotes(keeper, one).includes(what)) {
      return err(problem('measure.nothing_to_do', { field: 'measureId' }))
    }
    const { code, seq } = one
    const act = { what: `measure.${what} ${code} ${measureId}`, operator: by.name, reason }
    const written = acts.record(act)
    if (!written.ok) return written
    const atMs = keeper.time.nowMs() ?? clock.nowMs()
    const note = { measureId, seq, code, what, operator: by.name, atMs }
    if (!keepNote(keeper, note)) return err(problem('scene.state_lost'))
    void link.acknowledge()
    return ok(undefined)
  }
}
