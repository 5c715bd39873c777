import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { SceneDecision } from '../../src/ports/scene.ts'
import { type Config, parseConfig } from '../../src/terminal/config.ts'
import { openSceneParts, type SceneParts } from '../../src/terminal/scene.ts'
import { enrolTerminal } from '../../src/terminal/scene-enrol.ts'
import { createKeptLog, type KeptLog } from '../support/kept-log.ts'
import { createManualClock, type ManualClock } from '../support/manual-clock.ts'
import { EVIDENCE, limitRow, type World } from './sandbox-services-client.ts'

export const POSITION = {
  latE6: 22_543_096,
  lonE6: 114_057_865,
  datum: 'WGS-84',
  accuracyM: 20,
} as const

/** The terminal's side of terminal services, against a sandbox; asked step by step. */
export class SceneTerminal {
  readonly world: World
  config: Config
  readonly log: KeptLog = createKeptLog()
  clock: ManualClock
  parts: SceneParts

  private constructor(world: World, config: Config, clock: ManualClock, parts: SceneParts) {
    this.world = world
    this.config = config
    this.clock = clock
    this.parts = parts
  }

  /** A shop with one enrolled terminal that has asked for everything once. */
  static async open(world: World): Promise<SceneTerminal> {
    await world.admit()
    await world.grant([{ type: 'MICROPAY', evidence: EVIDENCE }])
    await world.limits([limitRow('MICROPAY', 500_000)])
    const config = configOf(world)
    const clock = createManualClock({ nowMs: world.clock.nowMs() })
    const log = createKeptLog()
    const enrolled = await enrolTerminal(config, { clock, log }, await world.code('POS01'))
    if (!enrolled.ok) throw new Error(JSON.stringify(enrolled.error))
    const terminal = new SceneTerminal(world, config, clock, partsOf(config, clock))
    await terminal.sync()
    return terminal
  }

  /** A terminal that was never enrolled. */
  static bare(world: World): SceneTerminal {
    const config = configOf(world)
    mkdirSync(config.dataDir, { mode: 0o700 })
    const clock = createManualClock({ nowMs: world.clock.nowMs() })
    return new SceneTerminal(world, config, clock, partsOf(config, clock))
  }

  sync(): Promise<boolean> {
    return this.parts.link.sync()
  }

  /** Both clocks go on. */
  pass(ms: number): void {
    this.clock.advance(ms)
    this.world.clock.advance(ms)
  }

  charge(amountFen = 100): SceneDecision {
    return this.parts.keeper.decide({
      action: 'charge',
      interface: 'MICROPAY',
      role: 'cashier',
      attended: true,
      currency: 'CNY',
      amountFen,
    })
  }

  refund(): SceneDecision {
    return this.parts.keeper.decide({ action: 'refund', interface: 'MICROPAY', role: 'manager' })
  }

  settle(): SceneDecision {
    const asked = { action: 'query', interface: 'MICROPAY', role: 'cashier' } as const
    return this.parts.keeper.decide({ ...asked, inFlight: true })
  }

  async stop(): Promise<void> {
    await this.parts.link.stop()
    this.parts.keeper.stop()
  }

  /** Ends and begins again on the same folder, after `downMs`, on a clock of a new boot. */
  async restart(downMs = 1_000): Promise<void> {
    await this.stop()
    this.begin(downMs)
  }

  begin(downMs = 1_000): void {
    this.world.clock.advance(downMs)
    this.clock = createManualClock({ nowMs: this.world.clock.nowMs() })
    this.parts = partsOf(this.config, this.clock)
  }

  /** Another terminal on a copy of this one's data folder. */
  copy(): SceneTerminal {
    const dataDir = `${this.config.dataDir}-copy`
    rmSync(dataDir, { recursive: true, force: true })
    cpSync(this.config.dataDir, dataDir, { recursive: true })
    for (const folder of ['', 'secrets', 'keys']) chmodSync(join(dataDir, folder), 0o700)
    const config = { ...this.config, dataDir }
    const clock = createManualClock({ nowMs: this.world.clock.nowMs() })
    return new SceneTerminal(this.world, config, clock, partsOf(config, clock))
  }

  secret(name: string): string {
    return join(this.config.dataDir, 'secrets', `${name}.sealed`)
  }
}

function configOf(world: World): Config {
  const written = JSON.parse(readFileSync(join(world.dir, 'terminal.json'), 'utf8'))
  const services = { address: world.sandbox.origin, position: POSITION }
  const config = parseConfig(JSON.stringify({ ...written, services }), world.dir)
  if (!config.ok) throw new Error(JSON.stringify(config.error))
  return config.value
}

function partsOf(config: Config, clock: ManualClock): SceneParts {
  const parts = openSceneParts(config, { clock, log: createKeptLog() })
  if (!parts.ok) throw new Error(JSON.stringify(parts.error))
  return parts.value
}
