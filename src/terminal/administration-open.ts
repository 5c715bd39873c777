import { ok, type Result } from '../base/result.ts'
import type { Problem } from '../domain/errors.ts'
import { pausesOf } from '../engine/act-desk.ts'
import type { Engine } from '../engine/engine.ts'
import type { Administration, AdministrationFacts } from '../ports/administration.ts'
import type { Clock } from '../ports/clock.ts'
import type { Journal } from '../ports/journal.ts'
import type { Log } from '../ports/log.ts'
import type { SceneGate } from '../ports/scene.ts'
import { TerminalAdministration } from './administration.ts'
import { CertificateBook } from './administration-certificates.ts'
import { counterFacts, grantFacts, measureFacts, refusalFacts } from './administration-grant.ts'
import { clockFacts, placeFacts } from './administration-place.ts'
import type { Config } from './config.ts'
import { readMerchant } from './gateway.ts'
import type { InterfacePauses } from './interface-pauses.ts'
import { openCertificates, openOperators } from './keys.ts'
import { OperatorSessions } from './operator-sessions.ts'
import type { SceneParts } from './scene.ts'
import { systemEntropy } from './system.ts'

type Parts = {
  readonly engine: Engine
  readonly journal: Journal
  readonly gate: SceneGate
  readonly pauses: InterfacePauses
  readonly scene: SceneParts | undefined
  readonly name: AdministrationFacts['terminal']
  readonly clock: Clock
  readonly log: Log
}

const QUIET: Log = { info() {}, warn() {}, error() {} }

/** Puts together who looks after this terminal and what they see. Takes the pauses from the journal. */
export function openAdministration(config: Config, parts: Parts): Result<Administration, Problem> {
  const { engine, journal, pauses, scene, clock, log } = parts
  const operators = openOperators(config, clock)
  if (!operators.ok) return operators
  const certificates = openCertificates(config, clock)
  if (!certificates.ok) return certificates
  const merchant = readMerchant(config, { clock, log: QUIET })
  if (!merchant.ok) return merchant
  const book = new CertificateBook({
    certificates: certificates.value,
    clock,
    signingPem: merchant.value.signing.certificatePem,
    isConfigured: config.merchant.certificateFile !== undefined,
  })
  pauses.adopt(pausesOf(journal))
  const { lockAfterMs } = config.operators
  return ok(
    new TerminalAdministration({
      operators: operators.value,
      sessions: new OperatorSessions({ clock, entropy: systemEntropy, lockAfterMs }),
      acts: engine.acts,
      pauses,
      scene,
      view: () => viewOf(config, parts, book),
      clock,
      log,
    }),
  )
}

function viewOf(config: Config, parts: Parts, book: CertificateBook): AdministrationFacts {
  const { engine, pauses, name, clock } = parts
  const { refusal } = engine.status().scene
  return {
    atMs: clock.nowMs(),
    terminal: name,
    ...(refusal === undefined ? {} : { refusal: refusalFacts(refusal) }),
    certificates: book.list(),
    pauses: pauses.list(),
    acts: engine.acts.acts(),
    ...sceneFacts(config, parts),
  }
}

type SceneFacts = Pick<
  AdministrationFacts,
  'services' | 'grant' | 'measures' | 'counters' | 'place' | 'clock'
>

function sceneFacts(_config: Config, { scene, gate, clock }: Parts): SceneFacts {
  const wallMs = clock.nowMs()
  if (scene === undefined) {
    return {
      services: { mode: 'open', waitingEvents: 0 },
      measures: [],
      counters: [],
      place: { state: 'unknown', source: 'none' },
      clock: { kind: 'none', wallMs, isWallOff: false },
    }
  }
  const { keeper, events } = scene
  const state = keeper.state()
  const grant = grantFacts(keeper, gate)
  const counters = counterFacts(keeper)
  const lastContactAtMs = keeper.time.lastContactAtMs()
  return {
    services: {
      mode: 'enforced',
      ...(state && { lifecycle: state.lifecycle, standing: state.standing }),
      ...(lastContactAtMs === undefined ? {} : { lastContactAtMs }),
      waitingEvents: events.waiting,
    },
    ...(grant && { grant }),
    measures: measureFacts(keeper),
    ...(counters && { counters }),
    place: placeFacts(keeper, wallMs),
    clock: clockFacts(keeper, clock),
  }
}
