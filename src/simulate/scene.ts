import { createRandom } from '../core/random.ts'
import { paintBackground } from './background.ts'
import { createCameraView } from './camera-view.ts'
import { type Canvas, drawShadow, drawStroke } from './canvas.ts'
import { createClutter } from './clutter.ts'
import { createLight } from './light.ts'
import { poseAt } from './pose.ts'
import type { Action, PersonScript, SceneScript } from './script.ts'
import { type Limb, limbsOf, yaw } from './skeleton.ts'

/** A box in pixels; may reach beyond the picture. */
export interface SceneBox {
  readonly xPx: number
  readonly yPx: number
  readonly widthPx: number
  readonly heightPx: number
}

/** One person at one moment. */
export interface SeenPerson {
  readonly id: string
  readonly action: Action
  readonly box: SceneBox
  /** Share of the box that is inside the picture, 0–1. */
  readonly visible: number
}

export interface Scene {
  readonly script: SceneScript
  readonly widthPx: number
  readonly heightPx: number
  /** The picture at a time: rgb24, row by row, into `target` when it is given. Depends on nothing but the time. */
  render(tS: number, target?: Uint8Array): Uint8Array
  /** Everybody who is in the picture at a time, the nearest last. */
  peopleAt(tS: number): SeenPerson[]
}

/** What a picture shows beside people. */
interface Place {
  readonly background: Uint8Array
  readonly clutter: ReturnType<typeof createClutter>
  readonly light: ReturnType<typeof createLight>
}

interface Placed {
  readonly person: PersonScript
  readonly action: Action
  readonly limbs: readonly Limb[]
  readonly xM: number
  readonly zM: number
}

/** A script as pictures. */
export function createScene(script: SceneScript, size: { widthPx: number; heightPx: number }): Scene {
  const { widthPx, heightPx } = size
  const random = createRandom(script.seed).fork('scene')
  const view = createCameraView(script.camera, widthPx, heightPx)
  const squeeze = ((heightPx / widthPx) * 16) / 9
  // Painted for the first picture: who asks only who is where needs none of it, and it is most of the cost.
  let place: Place | null = null
  const paintPlace = (): Place => {
    const background: Canvas = { widthPx, heightPx, data: new Uint8Array(widthPx * heightPx * 3) }
    paintBackground(background, view, script.background, random.fork('background'))
    const clutter = createClutter(script, view, random.fork('clutter'))
    return { background: background.data, clutter, light: createLight(script, random.fork('light')) }
  }
  const shadow = script.light === 'day' ? 0.4 : 0.2

  const placedAt = (tS: number): Placed[] =>
    script.people
      .flatMap((person) => {
        const placed = placePerson(person, tS)
        return placed ? [placed] : []
      })
      .sort((a, b) => b.zM - a.zM)

  const draw = (canvas: Canvas, { limbs, xM, zM }: Placed) => {
    const foot = view.project([xM, 0, zM])
    if (!foot) return
    const spread = Math.max(0.28, ...limbs.map(({ to }) => Math.abs(to[0]) * 0.8))
    drawShadow(canvas, {
      x: foot.xPx,
      y: foot.yPx,
      rx: spread * foot.pxPerM,
      ry: 0.2 * foot.pxPerM * squeeze,
      depth: shadow,
    })
    const far = [...limbs].sort((a, b) => b.from[2] + b.to[2] - a.from[2] - a.to[2])
    for (const limb of far) {
      const from = view.project([xM + limb.from[0], limb.from[1], zM + limb.from[2]])
      const to = view.project([xM + limb.to[0], limb.to[1], zM + limb.to[2]])
      if (!from || !to) continue
      drawStroke(canvas, {
        x1: from.xPx,
        y1: from.yPx,
        r1: limb.fromRadiusM * from.pxPerM,
        x2: to.xPx,
        y2: to.yPx,
        r2: limb.toRadiusM * to.pxPerM,
        colour: limb.colour,
        squeeze,
      })
    }
  }

  const boxOf = ({ limbs, xM, zM }: Placed): SceneBox | null => {
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
    for (const limb of limbs)
      for (const [point, radiusM] of [
        [limb.from, limb.fromRadiusM],
        [limb.to, limb.toRadiusM],
      ] as const) {
        const at = view.project([xM + point[0], point[1], zM + point[2]])
        if (!at) return null
        const r = radiusM * at.pxPerM
        left = Math.min(left, at.xPx - r)
        right = Math.max(right, at.xPx + r)
        top = Math.min(top, at.yPx - r * squeeze)
        bottom = Math.max(bottom, at.yPx + r * squeeze)
      }
    return { xPx: left, yPx: top, widthPx: right - left, heightPx: bottom - top }
  }

  return {
    script,
    widthPx,
    heightPx,
    render(tS, target = new Uint8Array(widthPx * heightPx * 3)) {
      place ??= paintPlace()
      const { background, clutter, light } = place
      const canvas: Canvas = { widthPx, heightPx, data: target }
      target.set(background)
      clutter(canvas, tS)
      for (const placed of placedAt(tS)) draw(canvas, placed)
      if (script.camera.shake > 0) shake(canvas, script.camera.shake, tS)
      light(target, tS, Math.round(tS * 1000))
      return target
    },
    peopleAt: (tS) =>
      placedAt(tS).flatMap((placed) => {
        const box = boxOf(placed)
        if (!box) return []
        const width = Math.min(widthPx, box.xPx + box.widthPx) - Math.max(0, box.xPx)
        const height = Math.min(heightPx, box.yPx + box.heightPx) - Math.max(0, box.yPx)
        const visible = (Math.max(0, width) * Math.max(0, height)) / (box.widthPx * box.heightPx)
        return visible > 0 ? [{ id: placed.person.id, action: placed.action, box, visible }] : []
      }),
  }
}

function placePerson(person: PersonScript, tS: number): Placed | null {
  const segment = person.segments.find(({ startS, endS }) => tS >= startS && tS < endS)
  if (!segment) return null
  const { action, startS, endS, from, to, headingRad, seed } = segment
  const share = (tS - startS) / (endS - startS)
  const moving = action === 'loitering' && (from.xM !== to.xM || from.zM !== to.zM)
  const pose = poseAt(moving ? 'walking' : action, { tS: tS - startS, lengthS: endS - startS, seed })
  const turned = limbsOf(person.body, pose).map((limb) => ({
    ...limb,
    from: yaw(limb.from, headingRad),
    to: yaw(limb.to, headingRad),
  }))
  return {
    person,
    action,
    limbs: turned,
    xM: from.xM + (to.xM - from.xM) * share,
    zM: from.zM + (to.zM - from.zM) * share,
  }
}

/** Moves the whole picture by a few pixels, as a pole in the wind does. */
function shake({ widthPx, heightPx, data }: Canvas, size: number, tS: number): void {
  const dx = Math.round(size * widthPx * Math.sin(tS * 5.3))
  const dy = Math.round(size * heightPx * Math.sin(tS * 7.1 + 1))
  const shift = (dy * widthPx + dx) * 3
  if (shift === 0) return
  data.copyWithin(Math.max(0, shift), Math.max(0, -shift), data.length - Math.max(0, shift))
}
