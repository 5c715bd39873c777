import type { ServiceAnswer, ServiceCall } from '../gateway/services/node/client.ts'
import type { Measure } from '../scene/measure.ts'
import { instant } from './scene-events.ts'
import type { SceneKeeper } from './scene-keeper.ts'
import type { MeasureNote } from './scene-state.ts'

/** What of a measure is a named manager's to do (docs/gateway.md, Acknowledgements). */
const NOTES_OF: Readonly<Partial<Record<Measure['code'], readonly MeasureNote['what'][]>>> = {
  M1: ['acknowledged'],
  M2: ['acknowledged', 'reported_done'],
  M4: ['acknowledged'],
  M7: ['acknowledged'],
}

/** Notes that are remembered; of more, the oldest that the service has are dropped. */
const NOTES_MAX = 200

/** What somebody did about a measure, newest first. */
export function noteAbout(
  keeper: SceneKeeper,
  measureId: string,
  what: MeasureNote['what'],
): MeasureNote | undefined {
  const notes = keeper.state()?.notes ?? []
  return notes.find((note) => note.measureId === measureId && note.what === what)
}

/** What may still be done about a measure. */
export function openNotes(keeper: SceneKeeper, one: Measure): readonly MeasureNote['what'][] {
  const asked = NOTES_OF[one.code] ?? []
  return asked.filter((what) => noteAbout(keeper, one.measureId, what) === undefined)
}

/** Keeps a note until the service has it; false when the disk refuses. */
export function keepNote(keeper: SceneKeeper, note: Omit<MeasureNote, 'state'>): boolean {
  const state = keeper.state()
  if (state === undefined) return false
  const notes = [...(state.notes ?? []), { ...note, state: 'waiting' as const }]
  const surplus = notes.length - NOTES_MAX
  const dropped = new Set(notes.filter((one) => one.state !== 'waiting').slice(0, surplus))
  const left = surplus > 0 ? notes.filter((one) => !dropped.has(one)) : notes
  return keeper.adopt({ ...state, notes: left })
}

/** Sends the notes that wait, oldest first; what gets no answer is sent again another time. */
export async function sendNotes(
  keeper: SceneKeeper,
  ask: (call: ServiceCall) => Promise<ServiceAnswer>,
): Promise<void> {
  const waiting = (keeper.state()?.notes ?? []).filter(({ state }) => state === 'waiting')
  for (const note of waiting) {
    const { seq, code, what, operator, atMs } = note
    const body = { seq, code, what, operator, at: instant(atMs) }
    const answer = await ask({ method: 'POST', path: 'acknowledgements', body })
    const isUnknown = answer.kind === 'refused' && answer.refusal.code === 'acknowledgement.unknown'
    if (answer.kind !== 'answered' && !isUnknown) return
    settle(keeper, note, isUnknown ? 'refused' : 'sent')
  }
}

function settle(keeper: SceneKeeper, note: MeasureNote, end: MeasureNote['state']): void {
  const state = keeper.state()
  if (state === undefined) return
  const notes = (state.notes ?? []).map((one) =>
    one.measureId === note.measureId && one.what === note.what ? { ...one, state: end } : one,
  )
  keeper.adopt({ ...state, notes })
}
