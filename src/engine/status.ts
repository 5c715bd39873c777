import type { TerminalStatus } from '../ports/terminal.ts'
import type { EngineOptions } from './options.ts'

type Counts = Pick<TerminalStatus, 'startedAtMs' | 'pending' | 'refunding' | 'scene'> & {
  readonly isRunning: boolean
}

/** Devices, gateway and journal as they are, beside what the loop knows of itself. */
export function statusOf(
  { scanners, gateway, journal }: Pick<EngineOptions, 'scanners' | 'gateway' | 'journal'>,
  { isRunning, ...counts }: Counts,
): TerminalStatus {
  const journalStatus = journal.status()
  return {
    state: isRunning && journalStatus.state === 'ok' ? 'running' : 'stopped',
    ...counts,
    scanners: scanners.map((scanner) => scanner.status()),
    gateway: gateway.health(),
    journal: journalStatus,
  }
}
