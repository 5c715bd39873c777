import type { FaceCode } from '../domain/face-errors.ts'
import type { FaceGuidance } from '../ports/face.ts'
import { askForTurn, stepTurn, type TurnSide, type TurnState } from './challenge.ts'
import type { Face } from './detect.ts'
import { type FrameFacts, isSameFace, judgeFrame, onlyFace, scoreOf, type Track } from './judge.ts'
import type { LivenessProfile } from './liveness.ts'

/** How long what may take, and how much of it is wanted. */
export const GATE_LIMITS = {
  /** From the first frame to the end of the capture, milliseconds (F-21). */
  captureMs: 20_000,
  /** Fit frames in a row before a turn is asked for. */
  stillFrames: 3,
  /** Fit frames in a row of which the best is sealed. */
  bestFrames: 4,
  /** Mean that the liveness networks have to give over those, and least of the one that is sealed. */
  liveMeanMin: 0.75,
  liveMin: 0.6,
  /** After so many frames that were shown to the networks in vain the capture has failed. */
  liveFramesMax: 20,
  /** The same picture again and again is no camera any more: so many, over so long. */
  frozenFrames: 10,
  frozenMs: 2_000,
  /** Frames in a row that say something before it is said. */
  guidanceFrames: 2,
} as const

type Phase =
  /** Looks for a face that is fit, before a turn. */
  | { readonly kind: 'look'; readonly fitFrames: number }
  | { readonly kind: 'turn'; readonly turn: TurnState }
  /** All is passed that is asked before; the best frame of a few is wanted. */
  | { readonly kind: 'best'; readonly lives: readonly number[]; readonly bestScore: number }
  | { readonly kind: 'over' }

/** One capture. Never holds pixels. */
export type GateState = {
  readonly profile: LivenessProfile
  readonly side: TurnSide
  readonly startedAtMs: number | undefined
  readonly phase: Phase
  readonly track: Track | undefined
  readonly shown: FaceGuidance
  readonly next: { readonly guidance: FaceGuidance; readonly frames: number }
  readonly liveFrames: number
  readonly last: { readonly trace: number; readonly sinceMs: number; readonly repeats: number }
}

/** What is to be done after a frame. */
export type GateStep = {
  readonly state: GateState
  /** Only where it is another than before. */
  readonly guidance?: FaceGuidance
  /** Keep the face of this frame, in place of the one that was kept. */
  readonly keep?: Face
  /** Seal what was kept. */
  readonly isDone?: true
  readonly failed?: FaceCode
}

/** Begins a capture. @param side drawn by lot */
export function beginGate(profile: LivenessProfile, side: TurnSide): GateState {
  return {
    profile,
    side,
    startedAtMs: undefined,
    phase: firstPhase(profile),
    track: undefined,
    shown: 'starting',
    next: { guidance: 'starting', frames: 0 },
    liveFrames: 0,
    last: { trace: -1, sinceMs: 0, repeats: 0 },
  }
}

function firstPhase({ asksTurn }: LivenessProfile): Phase {
  return asksTurn ? { kind: 'look', fitFrames: 0 } : BEST
}

const BEST: Phase = { kind: 'best', lives: [], bestScore: Number.NEGATIVE_INFINITY }

/** Whether a frame is the one before once more; there is nothing to be learnt from it. */
export function isRepeat({ last }: GateState, { look }: Pick<FrameFacts, 'look'>): boolean {
  return last.trace === look.trace
}

/** Whether the liveness networks have to look at this frame before {@link stepGate}. */
export function wantsLiveness(state: GateState, facts: FrameFacts): boolean {
  if (!state.profile.asksNetworks || isRepeat(state, facts)) return false
  const verdict = judgeFrame(facts)
  if (verdict.kind !== 'fit') return false
  const isSame = state.track !== undefined && isSameFace(state.track, verdict.face, facts)
  return (isSame ? state.phase : firstPhase(state.profile)).kind === 'best'
}

/** Takes one frame. Pure; after the end nothing happens any more. */
export function stepGate(before: GateState, facts: FrameFacts): GateStep {
  if (before.phase.kind === 'over') return { state: before }
  const state = { ...before, startedAtMs: before.startedAtMs ?? facts.atMs }
  const isLate = facts.atMs - state.startedAtMs > GATE_LIMITS.captureMs
  if (isLate) return fail(state, tooLate(state))
  if (isRepeat(state, facts)) return repeat(state, facts)
  const fresh = { ...state, last: { trace: facts.look.trace, sinceMs: facts.atMs, repeats: 0 } }
  const followed = follow(fresh, facts)
  if (followed.phase.kind === 'turn') return turn(followed, { facts, turn: followed.phase.turn })
  return look(followed, facts)
}

/** Nobody was seen well enough; or somebody was, and something about them was not as of a live face. */
function tooLate({ phase, liveFrames }: GateState): FaceCode {
  return phase.kind === 'turn' || liveFrames > 0 ? 'face.not_live' : 'face.no_face'
}

function fail(state: GateState, failed: FaceCode): GateStep {
  return { state: { ...state, phase: { kind: 'over' }, track: undefined }, failed }
}

function repeat(state: GateState, { atMs }: FrameFacts): GateStep {
  const last = { ...state.last, repeats: state.last.repeats + 1 }
  const isFrozen =
    last.repeats >= GATE_LIMITS.frozenFrames && atMs - last.sinceMs >= GATE_LIMITS.frozenMs
  return isFrozen ? fail(state, 'face.camera_lost') : { state: { ...state, last } }
}

/** Goes on with the face that is followed; another one, or none, begins everything anew. */
function follow(state: GateState, facts: FrameFacts): GateState {
  const face = onlyFace(facts)
  const phase = firstPhase(state.profile)
  if ('kind' in face) return { ...state, track: undefined, phase }
  const track = { face, atMs: facts.atMs }
  const isSame = state.track !== undefined && isSameFace(state.track, face, facts)
  return isSame ? { ...state, track } : { ...state, track, phase }
}

function turn(state: GateState, now: { facts: FrameFacts; turn: TurnState }): GateStep {
  if (state.track === undefined) return { state }
  const step = stepTurn(now.turn, state.track.face.landmarks, now.facts.atMs)
  if (step.kind === 'failed') return fail(state, 'face.not_live')
  if (step.kind === 'turned') return say({ ...state, phase: BEST }, 'straight')
  const guidance = step.state.hasTurned ? 'straight' : guidanceOfTurn(now.turn.side)
  return say({ ...state, phase: { kind: 'turn', turn: step.state } }, guidance)
}

function guidanceOfTurn(side: TurnSide): FaceGuidance {
  return side === 'left' ? 'turn_left' : 'turn_right'
}

function look(state: GateState, facts: FrameFacts): GateStep {
  const verdict = judgeFrame(facts)
  if (verdict.kind === 'unfit') {
    return say({ ...state, phase: unfit(state.phase) }, verdict.guidance)
  }
  if (state.phase.kind === 'best') {
    return best(state, { facts, phase: state.phase, fit: verdict })
  }
  const fitFrames = state.phase.kind === 'look' ? state.phase.fitFrames + 1 : 0
  if (fitFrames < GATE_LIMITS.stillFrames) {
    return say({ ...state, phase: { kind: 'look', fitFrames } }, 'hold_still')
  }
  const asked = askForTurn(state.side, verdict.face.landmarks, facts.atMs)
  return say({ ...state, phase: { kind: 'turn', turn: asked } }, guidanceOfTurn(state.side))
}

/** Fit frames count in a row. */
function unfit(phase: Phase): Phase {
  if (phase.kind === 'best') return BEST
  return phase.kind === 'look' ? { kind: 'look', fitFrames: 0 } : phase
}

type Candidate = {
  readonly facts: FrameFacts
  readonly phase: Extract<Phase, { kind: 'best' }>
  readonly fit: Extract<ReturnType<typeof judgeFrame>, { kind: 'fit' }>
}

function best(state: GateState, { facts, phase, fit }: Candidate): GateStep {
  const live = state.profile.asksNetworks ? (facts.live ?? 0) : 1
  const liveFrames = state.liveFrames + (state.profile.asksNetworks ? 1 : 0)
  // Of the last few frames: one the networks are unsure of is outlived by better ones.
  const lives = [...phase.lives, live].slice(-GATE_LIMITS.bestFrames)
  const score = live >= GATE_LIMITS.liveMin ? scoreOf(fit, facts) : Number.NEGATIVE_INFINITY
  const isBetter = score > phase.bestScore
  const bestScore = isBetter ? score : phase.bestScore
  const next: GateState = { ...state, liveFrames, phase: { kind: 'best', lives, bestScore } }
  const kept = isBetter ? { keep: fit.face } : {}
  const mean = lives.reduce((sum, one) => sum + one, 0) / lives.length
  const isLive = mean >= GATE_LIMITS.liveMeanMin && Number.isFinite(bestScore)
  if (lives.length === GATE_LIMITS.bestFrames && isLive) {
    return { ...kept, isDone: true, ...sayNow({ ...next, phase: { kind: 'over' } }, 'done') }
  }
  if (liveFrames >= GATE_LIMITS.liveFramesMax) return fail(next, 'face.not_live')
  return { ...kept, ...say(next, 'hold_still') }
}

/** Says it when it was so for a few frames, so that words do not flicker; the same is not said twice. */
function say(state: GateState, guidance: FaceGuidance): GateStep {
  if (guidance === state.shown) return { state: { ...state, next: { guidance, frames: 0 } } }
  const frames = state.next.guidance === guidance ? state.next.frames + 1 : 1
  const isNew = state.shown === 'starting' || frames >= GATE_LIMITS.guidanceFrames
  return isNew ? sayNow(state, guidance) : { state: { ...state, next: { guidance, frames } } }
}

function sayNow(state: GateState, guidance: FaceGuidance): GateStep {
  return { state: { ...state, shown: guidance, next: { guidance, frames: 0 } }, guidance }
}
