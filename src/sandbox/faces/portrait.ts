import { paintBody, paintWorn } from './body.ts'
import type { Light, Pose } from './head-render.ts'
import { projectorOf, renderHead } from './head-render.ts'
import type { HeadMesh } from './head-shape.ts'
import { facePoints, headMesh, headPoint, landmarkPlaces } from './head-shape.ts'
import type { Person } from './person.ts'
import { personOf } from './person.ts'
import type { Picture, Point } from './picture.ts'
import type { Expression } from './skin.ts'
import { paintFace, paintSkin } from './skin.ts'

/** What is shown of a face, in pixels of the picture. */
export type FaceTruth = {
  readonly box: {
    readonly x: number
    readonly y: number
    readonly width: number
    readonly height: number
  }
  /** Right eye, left eye, tip of the nose, right and left corner of the mouth: the person's own right. */
  readonly landmarks: readonly [Point, Point, Point, Point, Point]
  readonly personId: number
  /** What the face is on: somebody who is there, or a picture of somebody. */
  readonly surface: 'skin' | 'paper' | 'screen'
}

export type Wear = Partial<
  Pick<Person, 'glasses' | 'headwear' | 'mask' | 'beard' | 'haircut' | 'mark'>
>

type Model = { readonly person: Person; readonly mesh: HeadMesh; readonly still: Picture }

const MODELS_KEPT = 8
const models = new Map<string, Model>()

/** Shape and skin take a while to make, and are the same from frame to frame. */
function modelOf(personId: number, wear: Wear): Model {
  const key = JSON.stringify([personId, wear])
  const known = models.get(key)
  if (known !== undefined) return known
  const person: Person = { ...personOf(personId), ...wear }
  const model = { person, mesh: headMesh(person), still: paintSkin(person) }
  const oldest = models.keys().next()
  if (models.size >= MODELS_KEPT && !oldest.done) models.delete(oldest.value)
  models.set(key, model)
  return model
}

function truthOf(picture: Picture, person: Person, seen: { pose: Pose; smile: number }): FaceTruth {
  const at = projectorOf(picture, seen.pose)
  const [right, left, nose, rightMouth, leftMouth] = landmarkPlaces(person, seen.smile)
  const points = facePoints(person).map(at)
  const xs = points.map((point) => point[0])
  const ys = points.map((point) => point[1])
  const [x, y] = [Math.min(...xs), Math.min(...ys)]
  const place = (where: readonly [number, number]): Point => at(headPoint(person, where))
  return {
    box: { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y },
    landmarks: [place(right), place(left), place(nose), place(rightMouth), place(leftMouth)],
    personId: person.personId,
    surface: 'skin',
  }
}

/** Draws one person over what is there, and says where the face is. */
export function drawPerson(
  picture: Picture,
  who: { readonly personId: number; readonly wear: Wear },
  seen: { readonly pose: Pose; readonly light: Light; readonly expression: Expression },
): FaceTruth {
  const { person, mesh, still } = modelOf(who.personId, who.wear)
  const bright = seen.light.ambient * 0.82 + seen.light.direct * 0.62
  paintBody(picture, person, { pose: seen.pose, bright })
  const depth = new Float32Array(picture.width * picture.height).fill(Number.NEGATIVE_INFINITY)
  const skin = paintFace(still, person, seen.expression)
  renderHead(picture, { mesh, skin }, { pose: seen.pose, lamp: seen.light, depth })
  paintWorn(picture, person, { pose: seen.pose, bright })
  return truthOf(picture, person, { pose: seen.pose, smile: seen.expression.smile })
}
