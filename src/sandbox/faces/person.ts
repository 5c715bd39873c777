import type { Colour } from './picture.ts'
import { mix } from './picture.ts'
import type { Random } from './random.ts'
import { randomFrom } from './random.ts'

/** How many people can be told apart by the mark on their collar (mark.ts). */
export const PEOPLE = 64

export const HEADWEAR = ['none', 'cap', 'beanie'] as const
export const GLASSES = ['none', 'thin', 'thick', 'dark'] as const
export const BEARDS = ['none', 'stubble', 'moustache', 'full'] as const
export const HAIRCUTS = ['short', 'fringe', 'long', 'bald'] as const

/** Somebody who does not exist: all of it follows from the number. Lengths in metres, angles in radians. */
export type Person = {
  /** 0 to {@link PEOPLE} - 1; what the mark on the collar says. */
  readonly personId: number
  /** Half breadth, half height and half depth of the head. */
  readonly head: readonly [number, number, number]
  /** How much narrower the jaw is than the temples: 0 to 0.35. */
  readonly jaw: number
  readonly noseLength: number
  readonly noseBreadth: number
  readonly eyeApart: number
  readonly eyeBreadth: number
  readonly eyeHeight: number
  /** Upwards at the outer corner. */
  readonly eyeSlant: number
  readonly mouthHalf: number
  readonly lipHeight: number
  readonly browHeight: number
  readonly browThickness: number
  readonly browSlant: number
  readonly skin: Colour
  readonly lips: Colour
  readonly hair: Colour
  readonly iris: Colour
  readonly cloth: Colour
  readonly haircut: (typeof HAIRCUTS)[number]
  readonly hairline: number
  readonly beard: (typeof BEARDS)[number]
  readonly glasses: (typeof GLASSES)[number]
  readonly headwear: (typeof HEADWEAR)[number]
  readonly headwearColour: Colour
  /** A cloth over mouth and nose. */
  readonly mask: boolean
  readonly maskColour: Colour
  readonly wrinkles: number
  /** Whether the collar has the mark that the number is read from. */
  readonly mark: boolean
}

const SKINS: readonly [Colour, ...Colour[]] = [
  [246, 214, 190],
  [236, 196, 166],
  [226, 180, 146],
  [214, 164, 128],
  [190, 138, 102],
  [150, 104, 76],
  [112, 76, 56],
]
const HAIRS: readonly [Colour, ...Colour[]] = [
  [24, 20, 20],
  [34, 28, 26],
  [58, 42, 32],
  [96, 66, 42],
  [150, 146, 144],
  [196, 192, 188],
]
const IRISES: readonly [Colour, ...Colour[]] = [
  [46, 28, 18],
  [70, 44, 26],
  [86, 96, 84],
  [84, 108, 130],
]
const MASKS: readonly [Colour, ...Colour[]] = [
  [222, 230, 236],
  [146, 190, 214],
  [44, 46, 52],
]

function cloth(random: Random): Colour {
  return [random.range(30, 200), random.range(40, 190), random.range(50, 200)]
}

function features(random: Random) {
  return {
    head: [
      random.range(0.069, 0.08),
      random.range(0.106, 0.122),
      random.range(0.088, 0.1),
    ] as const,
    jaw: random.range(0.06, 0.3),
    noseLength: random.range(0.9, 1.1),
    noseBreadth: random.range(0.85, 1.25),
    eyeApart: random.range(0.0295, 0.034),
    eyeBreadth: random.range(0.0135, 0.0165),
    eyeHeight: random.range(0.0042, 0.0066),
    eyeSlant: random.range(-0.06, 0.14),
    mouthHalf: random.range(0.022, 0.029),
    lipHeight: random.range(0.006, 0.0105),
    browHeight: random.range(0.018, 0.023),
    browThickness: random.range(0.0022, 0.0048),
    browSlant: random.range(-0.08, 0.16),
    hairline: random.range(-0.72, -0.5),
    wrinkles: random.range(0, 1) ** 2,
  }
}

/** Everybody's looks follow from the number alone. Most wear nothing that hides the face. */
export function personOf(personId: number): Person {
  const random = randomFrom(personId, 'person')
  const skin = mix(random.pick(SKINS), random.pick(SKINS), random.range(0, 0.4))
  const male = random.chance(0.5)
  return {
    personId,
    ...features(random),
    skin,
    lips: mix(skin, [176, 60, 66], random.range(0.3, male ? 0.5 : 0.8)),
    hair: random.pick(HAIRS),
    iris: random.pick(IRISES),
    cloth: cloth(random),
    haircut: random.pick(
      male ? ['short', 'short', 'fringe', 'bald'] : ['long', 'fringe', 'long', 'short'],
    ),
    beard: male ? random.pick(['none', 'none', 'stubble', 'moustache', 'full']) : 'none',
    glasses: random.pick(['none', 'none', 'none', 'thin', 'thick']),
    headwear: random.pick(['none', 'none', 'none', 'none', 'none', 'cap', 'beanie']),
    headwearColour: cloth(random),
    mask: false,
    mark: true,
    maskColour: random.pick(MASKS),
  }
}
