import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sideByLot } from '../../../src/face/challenge.ts'
import {
  beginGate,
  GATE_LIMITS,
  type GateState,
  type GateStep,
  stepGate,
  wantsLiveness,
} from '../../../src/face/gate.ts'
import { FACE_LIMITS, type FrameFacts, judgeFrame } from '../../../src/face/judge.ts'
import { LIVENESS_PROFILES, livenessProfile } from '../../../src/face/liveness.ts'
import { estimatePose, parallaxOf } from '../../../src/face/pose.ts'
import { faceOf, factsOf, landmarksOf, type Stance } from '../../support/head-model.ts'

const TURN = { asksNetworks: false, asksTurn: true }
const PASSIVE = { asksNetworks: true, asksTurn: false }

type Played = { readonly state: GateState; readonly steps: readonly GateStep[] }

function play(state: GateState, frames: readonly FrameFacts[]): Played {
  const steps: GateStep[] = []
  let now = state
  for (const facts of frames) {
    const step = stepGate(now, facts)
    now = step.state
    steps.push(step)
  }
  return { state: now, steps }
}

/** A head, or a picture, at a stance that moves from one to the next in `count` frames of 100 ms. */
function moving(
  fromMs: number,
  stances: readonly Stance[],
  options: { isFlat?: boolean; count?: number } = {},
) {
  const { isFlat = false, count = 8 } = options
  const frames: FrameFacts[] = []
  let atMs = fromMs
  stances.slice(1).forEach((to, index) => {
    const from = stances[index] ?? {}
    for (let step = 0; step < count; step += 1) {
      const share = (step + 1) / count
      const between = (name: keyof Stance, rest: number) =>
        (from[name] ?? rest) + ((to[name] ?? rest) - (from[name] ?? rest)) * share
      const stance = {
        yawDeg: between('yawDeg', 0),
        pitchDeg: between('pitchDeg', 0),
        rollDeg: between('rollDeg', 0),
        distanceM: between('distanceM', 0.6),
        xM: between('xM', 0),
        yM: between('yM', 0),
      }
      frames.push(factsOf(atMs, [faceOf(landmarksOf(stance, isFlat))]))
      atMs += 100
    }
  })
  return frames
}

const failures = ({ steps }: Played) => steps.flatMap(({ failed }) => failed ?? [])
const guidance = ({ steps }: Played) => steps.flatMap((step) => step.guidance ?? [])
const isDone = ({ steps }: Played) => steps.some((step) => step.isDone)

describe('the profiles of docs/face.md', () => {
  it('are these three and no other', () => {
    expect(Object.keys(LIVENESS_PROFILES)).toEqual(['passive-1', 'active-1', 'rehearsal-1'])
    expect(livenessProfile('toString')).toBeUndefined()
    expect(livenessProfile('')).toBeUndefined()
  })
})

describe('one frame by itself', () => {
  const face = faceOf(landmarksOf({}))
  it.each([
    ['nobody', { faces: [] }, 'look_here'],
    ['two people (F-14)', { faces: [face, faceOf(landmarksOf({ xM: 0.2 }), 0.55)] }, 'one_person'],
    ['a face that is hardly one', { faces: [{ ...face, score: 0.7 }] }, 'look_here'],
    ['somebody far away', { faces: [faceOf(landmarksOf({ distanceM: 2 }))] }, 'closer'],
    ['somebody too close', { faces: [faceOf(landmarksOf({ distanceM: 0.2, yM: 0 }))] }, 'further'],
    ['somebody aside', { faces: [faceOf(landmarksOf({ xM: 0.17 }))] }, 'to_the_middle'],
    ['somebody who leaves', { faces: [faceOf(landmarksOf({ xM: 0.32 }))] }, 'to_the_middle'],
    ['somebody turned', { faces: [faceOf(landmarksOf({ yawDeg: 25 }))] }, 'straight'],
    ['somebody who looks up', { faces: [faceOf(landmarksOf({ pitchDeg: -40 }))] }, 'straight'],
    ['a head on one side', { faces: [faceOf(landmarksOf({ rollDeg: 30 }))] }, 'straight'],
    ['a black frame', { look: { meanBrightness: 2, topBrightness: 9, trace: 1 } }, 'lighter'],
    [
      'a dark face',
      { quality: { sharpness: 1, meanBrightness: 20, darkShare: 0.4, brightShare: 0 } },
      'lighter',
    ],
    [
      'glare',
      { quality: { sharpness: 1, meanBrightness: 180, darkShare: 0, brightShare: 0.6 } },
      'darker',
    ],
    [
      'a smear',
      { quality: { sharpness: 0.05, meanBrightness: 120, darkShare: 0, brightShare: 0 } },
      'hold_still',
    ],
    ['a face nobody has judged', { quality: undefined }, 'lighter'],
  ])('%s is not sealed, and it is said what to do', (_, told, said) => {
    const verdict = judgeFrame(factsOf(0, [face], told as Partial<FrameFacts>))
    expect(verdict).toMatchObject({ kind: 'unfit', guidance: said })
  })

  it('a face that is well seen is fit', () => {
    expect(judgeFrame(factsOf(0, [face])).kind).toBe('fit')
  })

  it('estimates how the head is held, to a few degrees', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -35, max: 35 }),
        fc.integer({ min: -25, max: 25 }),
        fc.double({ min: 0.4, max: 1.2, noNaN: true }),
        (yawDeg, rollDeg, distanceM) => {
          const pose = estimatePose(landmarksOf({ yawDeg, rollDeg, distanceM }))
          expect(Math.abs(pose.yawDeg - yawDeg)).toBeLessThan(8)
          expect(Math.abs(pose.rollDeg - rollDeg)).toBeLessThan(6)
        },
      ),
    )
  })
})

const STRAIGHT: Stance = {}
const LEFT: Stance = { yawDeg: 30 }
const RIGHT: Stance = { yawDeg: -30 }

describe('a turn of the head (F-15)', () => {
  it('is drawn by lot, passed by a head, and then the best frame is kept', () => {
    for (const side of ['left', 'right'] as const) {
      const there = side === 'left' ? LEFT : RIGHT
      const frames = moving(0, [STRAIGHT, STRAIGHT, there, there, STRAIGHT, STRAIGHT])
      const played = play(beginGate(TURN, side), frames)
      expect(failures(played)).toEqual([])
      expect(isDone(played)).toBe(true)
      expect(guidance(played)).toEqual([
        'hold_still',
        `turn_${side}`,
        'straight',
        'hold_still',
        'done',
      ])
      expect(played.steps.filter(({ keep }) => keep).length).toBeGreaterThan(0)
    }
    expect([0, 1, 254, 255].map(sideByLot)).toEqual(['left', 'right', 'left', 'right'])
  })

  it('to the wrong side fails: two guesses would be none', () => {
    const frames = moving(0, [STRAIGHT, STRAIGHT, RIGHT, RIGHT, STRAIGHT])
    const played = play(beginGate(TURN, 'left'), frames)
    expect(failures(played)).toEqual(['face.not_live'])
    expect(isDone(played)).toBe(false)
  })

  it('that does not come fails in bounded time', () => {
    const played = play(beginGate(TURN, 'left'), moving(0, [STRAIGHT, STRAIGHT], { count: 120 }))
    expect(failures(played)).toEqual(['face.not_live'])
    expect(played.steps.findIndex(({ failed }) => failed)).toBeLessThan(85)
  })

  it('is not passed by a flat picture, however it is moved, turned, tilted or brought closer', () => {
    const stance = fc.record({
      yawDeg: fc.integer({ min: -50, max: 50 }),
      pitchDeg: fc.integer({ min: -20, max: 20 }),
      rollDeg: fc.integer({ min: -20, max: 20 }),
      distanceM: fc.double({ min: 0.4, max: 0.9, noNaN: true }),
      xM: fc.double({ min: -0.05, max: 0.05, noNaN: true }),
      yM: fc.double({ min: -0.03, max: 0.03, noNaN: true }),
    })
    fc.assert(
      fc.property(
        fc.array(stance, { minLength: 3, maxLength: 8 }),
        fc.boolean(),
        (path, isLeft) => {
          const frames = moving(0, [STRAIGHT, STRAIGHT, ...path, STRAIGHT, STRAIGHT], {
            isFlat: true,
          })
          expect(isDone(play(beginGate(TURN, isLeft ? 'left' : 'right'), frames))).toBe(false)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('tells a head from a picture by how the nose moves against eyes and mouth', () => {
    const before = landmarksOf({})
    expect(parallaxOf(before, landmarksOf({ yawDeg: 30 })).nose).toBeGreaterThan(0.15)
    expect(parallaxOf(before, landmarksOf({ yawDeg: -30 })).nose).toBeLessThan(-0.15)
    for (const yawDeg of [-50, -30, 30, 50]) {
      const { nose } = parallaxOf(landmarksOf({}, true), landmarksOf({ yawDeg, rollDeg: 10 }, true))
      expect(Math.abs(nose)).toBeLessThan(0.08)
    }
  })

  it('is not passed by two pictures, one of a face that looks ahead and one of a face turned', () => {
    const ahead = moving(0, [STRAIGHT, STRAIGHT])
    const turned = moving(800, [LEFT, LEFT], { count: 20 })
    const back = moving(2_800, [STRAIGHT, STRAIGHT])
    const played = play(beginGate(TURN, 'left'), [...ahead, ...turned, ...back])
    expect(isDone(played)).toBe(false)
  })

  it('has to be seen on its way, there or back', () => {
    const ahead = moving(0, [STRAIGHT, STRAIGHT])
    const swapped = moving(800, [{ yawDeg: 22 }, { yawDeg: 22 }], { count: 5 })
    const jump = play(beginGate(TURN, 'left'), [...ahead, ...swapped])
    expect(jump.state.phase.kind).toBe('turn')
    expect(guidance(jump).at(-1)).toBe('straight')
    const away = play(jump.state, moving(1_300, [STRAIGHT, STRAIGHT]))
    expect(away.state.phase.kind).toBe('turn')
    const back = play(jump.state, moving(1_300, [{ yawDeg: 22 }, STRAIGHT]))
    expect(back.state.phase.kind).not.toBe('turn')
  })

  it.each([
    ['another face', { likeness: 0.1 }],
    ['a face that turned faster than a head can', { faces: [faceOf(landmarksOf({}))] }],
    ['a face elsewhere', { faces: [faceOf(landmarksOf({ yawDeg: 30, xM: 0.1 }))] }],
    ['a moment without a face', { faces: [] }],
    ['a second face', { faces: [faceOf(landmarksOf({})), faceOf(landmarksOf({ xM: 0.2 }))] }],
  ])('begins anew after %s', (_, told) => {
    const frames = moving(0, [STRAIGHT, STRAIGHT, LEFT, LEFT, STRAIGHT])
    const broken = frames.map((facts, index) => (index === 19 ? { ...facts, ...told } : facts))
    const half = play(beginGate(TURN, 'left'), broken.slice(0, 19))
    const after = play(half.state, broken.slice(19, 20))
    expect(half.state.phase.kind).not.toBe('look')
    expect(after.state.phase.kind).toBe('look')
  })

  it('begins anew after a gap in which anything could have happened', () => {
    const frames = moving(0, [STRAIGHT, STRAIGHT, LEFT])
    const before = play(beginGate(TURN, 'left'), frames.slice(0, 12))
    expect(before.state.phase.kind).toBe('turn')
    const late = factsOf(3_000, [faceOf(landmarksOf({ yawDeg: 20 }))])
    expect(stepGate(before.state, late).state.phase.kind).toBe('look')
  })
})

describe('the liveness networks', () => {
  const still = (lives: readonly number[]) =>
    lives.map((live, index) => factsOf(index * 100, [faceOf(landmarksOf({}))], { live }))

  it('are asked about frames that may be sealed and about no other', () => {
    const fit = factsOf(0, [faceOf(landmarksOf({}))])
    expect(wantsLiveness(beginGate(PASSIVE, 'left'), fit)).toBe(true)
    expect(wantsLiveness(beginGate(TURN, 'left'), fit)).toBe(false)
    expect(wantsLiveness(beginGate({ asksNetworks: true, asksTurn: true }, 'left'), fit)).toBe(
      false,
    )
    expect(wantsLiveness(beginGate(PASSIVE, 'left'), factsOf(0, []))).toBe(false)
  })

  it('let a face pass of which they are sure', () => {
    const played = play(beginGate(PASSIVE, 'left'), still([0.9, 0.9, 0.9, 0.9]))
    expect(isDone(played)).toBe(true)
  })

  it('that were not asked count as a no', () => {
    const frames = still(Array.from({ length: 30 }, () => 0)).map(({ live: _, ...facts }) => facts)
    expect(isDone(play(beginGate(PASSIVE, 'left'), frames))).toBe(false)
  })

  it('end the capture where they never say live, and never let it pass', () => {
    const played = play(beginGate(PASSIVE, 'left'), still(Array.from({ length: 40 }, () => 0.5)))
    expect(failures(played)).toEqual(['face.not_live'])
    expect(isDone(played)).toBe(false)
  })

  it('have to be sure of the very frame that is kept', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 }),
        (lives) => {
          const frames = still(lives)
          const { steps } = play(beginGate(PASSIVE, 'left'), frames)
          steps.forEach((step, index) => {
            if (step.keep) expect(lives[index]).toBeGreaterThanOrEqual(GATE_LIMITS.liveMin)
          })
          const end = steps.findIndex((step) => step.isDone)
          if (end < 0) return
          const last = lives.slice(end - GATE_LIMITS.bestFrames + 1, end + 1)
          const mean = last.reduce((sum, live) => sum + live, 0) / last.length
          expect(mean).toBeGreaterThanOrEqual(GATE_LIMITS.liveMeanMin)
        },
      ),
    )
  })
})

describe('any frames at all', () => {
  const face = fc
    .record({
      yawDeg: fc.integer({ min: -60, max: 60 }),
      distanceM: fc.double({ min: 0.2, max: 2, noNaN: true }),
      xM: fc.double({ min: -0.4, max: 0.4, noNaN: true }),
    })
    .map((stance) => faceOf(landmarksOf(stance)))
  const frame = fc.record({
    faces: fc.array(face, { maxLength: 3 }),
    likeness: fc.double({ min: -1, max: 1, noNaN: true }),
    live: fc.double({ min: 0, max: 1, noNaN: true }),
    trace: fc.integer({ min: 0, max: 3 }),
    sharpness: fc.double({ min: 0, max: 2, noNaN: true }),
    stepMs: fc.integer({ min: 0, max: 2_000 }),
  })

  it('keep only a single fit face, end once, say nothing twice, and end in 20 s (F-14, F-21)', () => {
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 60 }),
        fc.constantFrom(...Object.values(LIVENESS_PROFILES)),
        (told, profile) => {
          let atMs = 0
          const frames = told.map(({ faces, likeness, live, trace, sharpness, stepMs }) => {
            atMs += stepMs
            const look = { meanBrightness: 120, topBrightness: 230, trace }
            const quality = { sharpness, meanBrightness: 120, darkShare: 0, brightShare: 0 }
            return factsOf(atMs, faces, { likeness, live, look, quality })
          })
          const { steps, state } = play(beginGate(profile, 'left'), frames)
          steps.forEach((step, index) => {
            if (!step.keep) return
            expect(frames[index]?.faces).toHaveLength(1)
            expect(frames[index]?.quality?.sharpness).toBeGreaterThanOrEqual(
              FACE_LIMITS.sharpnessMin,
            )
          })
          const ends = steps.filter(({ failed, isDone: done }) => failed || done)
          expect(ends.length).toBeLessThanOrEqual(1)
          const said = steps.flatMap((step) => step.guidance ?? [])
          expect(said.some((one, index) => one === said[index + 1])).toBe(false)
          const isOld = frames.some(
            (one) => one.atMs - (frames[0]?.atMs ?? 0) > GATE_LIMITS.captureMs,
          )
          if (isOld) expect(state.phase.kind).toBe('over')
        },
      ),
      { numRuns: 500 },
    )
  })

  it('of nobody end as such after 20 s (F-21)', () => {
    const frames = Array.from({ length: 201 }, (_, index) => factsOf(index * 101, []))
    expect(failures(play(beginGate(TURN, 'left'), frames))).toEqual(['face.no_face'])
  })

  it('that are always the same are a camera that stopped, and never a face', () => {
    const look = { meanBrightness: 120, topBrightness: 230, trace: 7 }
    const frames = moving(0, [STRAIGHT, STRAIGHT], { count: 40 }).map((facts) => ({
      ...facts,
      look,
    }))
    const played = play(beginGate({ asksNetworks: false, asksTurn: false }, 'left'), frames)
    expect(failures(played)).toEqual(['face.camera_lost'])
    expect(isDone(played)).toBe(false)
  })
})
