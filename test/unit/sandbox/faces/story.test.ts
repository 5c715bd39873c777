import { describe, expect, it } from 'vitest'
import type { StoryKind } from '../../../../src/sandbox/faces/story.ts'
import { Player, STORIES } from '../../../../src/sandbox/faces/story.ts'

const playing = (kind: StoryKind): Player => new Player({ kind, personId: 7 })
const yawAt = (player: Player, timeMs: number): number => player.scene(timeMs).pose?.yawDeg ?? 0

describe('a story', () => {
  it('begins away and far, and comes to the place in a moment', () => {
    const player = playing('pays')
    const first = player.scene(0).pose
    const then = player.scene(1_500).pose
    expect(first?.distanceM).toBeGreaterThan(1)
    expect(first?.xM).toBeGreaterThan(0.3)
    expect(then).toMatchObject({ xM: 0, distanceM: 0.56, yawDeg: 0 })
    expect(player.scene(9_000).personIds).toEqual([7])
  })

  it.each([
    ['pays', 'turn_left', 30],
    ['pays', 'turn_right', -30],
    ['turns_the_other_way', 'turn_left', -30],
    ['does_not_turn', 'turn_left', 0],
    ['printed_photo', 'turn_left', 0],
    ['frozen', 'turn_right', 0],
  ] as const)('%s, asked to %s, turns %d degrees', (kind, guidance, degrees) => {
    const player = playing(kind)
    player.hear(guidance, 3_000)
    expect(yawAt(player, 3_200)).toBeCloseTo(0, 9)
    expect(yawAt(player, 4_000)).toBeCloseTo(degrees, 9)
    player.hear('straight', 5_000)
    expect(yawAt(player, 6_000)).toBeCloseTo(0, 9)
  })

  it('never jumps: whatever is asked when, from one frame to the next it is a small way', () => {
    const player = playing('pays')
    const asked = [
      'look_here',
      'closer',
      'turn_left',
      'turn_right',
      'further',
      'to_the_middle',
      'done',
    ]
    let before = player.scene(0).pose
    for (let timeMs = 20; timeMs < 9_000; timeMs += 20) {
      // Some of it is asked while the last movement is under way.
      if (timeMs % 700 === 0) player.hear(asked[timeMs / 700 - 1] ?? 'done', timeMs)
      const pose = player.scene(timeMs).pose
      expect(Math.abs((pose?.yawDeg ?? 0) - (before?.yawDeg ?? 0)), `${timeMs}`).toBeLessThan(6)
      expect(Math.abs((pose?.xM ?? 0) - (before?.xM ?? 0)), `${timeMs}`).toBeLessThan(0.06)
      before = pose
    }
  })

  it('comes closer when asked, once for each time it is asked', () => {
    const player = playing('pays')
    player.hear('closer', 2_000)
    player.hear('closer', 2_100)
    expect(player.scene(4_000).pose?.distanceM).toBeCloseTo(0.56 * 0.82, 9)
    player.hear('hold_still', 4_100)
    player.hear('closer', 4_200)
    expect(player.scene(6_000).pose?.distanceM).toBeCloseTo(0.56 * 0.82 ** 2, 9)
  })

  it('blinks once when asked', () => {
    const player = playing('pays')
    player.hear('blink', 3_000)
    expect(player.scene(3_380).expression?.eyesOpen).toBe(0)
    expect(player.scene(3_600).expression?.eyesOpen).toBeUndefined()
  })

  it('leaves at the end, or before it', () => {
    const paid = playing('pays')
    paid.hear('done', 3_000)
    expect(paid.scene(6_000).pose?.xM).toBeCloseTo(0.9, 9)
    const away = playing('walks_away')
    expect(away.scene(2_500).pose?.xM).toBe(0)
    away.scene(2_700)
    expect(away.scene(6_000).pose?.xM).toBeCloseTo(0.9, 9)
  })

  it.each(STORIES)('%s is the same when it is played again', (kind) => {
    const told = () => {
      const player = playing(kind)
      player.hear('turn_left', 2_000)
      return [0, 900, 2_500, 4_000].map((timeMs) => player.scene(timeMs))
    }
    expect(told()).toEqual(told())
  })
})
