import type { BoxPx, Detection } from '../../../src/core/detection.ts'
import type { Random } from '../../../src/core/random.ts'
import type { SeenPerson } from '../../../src/simulate/scene.ts'
import { createScene } from '../../../src/simulate/scene.ts'
import type { SceneScript } from '../../../src/simulate/script.ts'
import type { IdentifiedBox } from '../../support/track-metrics.ts'

export const picture = { widthPx: 640, heightPx: 360 }

/** One moment of a scene: who is there, and what a detector of flesh and blood would say. */
export interface SeenMoment {
  readonly tS: number
  readonly people: readonly SeenPerson[]
  readonly truth: readonly IdentifiedBox[]
  readonly detections: readonly Detection[]
}

/** What the detector that is acted here does; rates of misses after what small detectors show on footage. */
const detector = {
  /** Deviation of a box's edges, as a share of its height. */
  jitter: 0.025,
  miss: 0.04,
  /** Share of a body that somebody nearer hides, from which it is a weak detection, or none. */
  halfHidden: 0.3,
  hidden: 0.6,
  missHidden: 0.95,
  missHalfHidden: 0.3,
  missLying: 0.85,
  falseBoxes: 0.02,
  leastVisible: 0.35,
}

/** A scene at `fps` through a detector that jitters, misses, and loses who is hidden or lies. */
export function seenMoments(script: SceneScript, fps: number, random: Random): SeenMoment[] {
  const scene = createScene(script, picture)
  return Array.from({ length: Math.floor(script.durationS * fps) }, (_, frame) => {
    const tS = frame / fps
    const people = scene.peopleAt(tS)
    return {
      tS,
      people,
      truth: people.filter(({ visible }) => visible >= 0.5).map(({ id, box }) => ({ id, box })),
      detections: detect(people, random),
    }
  })
}

/** `people`: the nearest last. */
export function detect(people: readonly SeenPerson[], random: Random): Detection[] {
  const found = people.flatMap((person, at): Detection[] => {
    const hidden = Math.max(0, ...people.slice(at + 1).map((nearer) => coveredShare(person.box, nearer.box)))
    const jittered = jitter(person.box, random)
    const weak = hidden >= detector.halfHidden
    const [low, high] = weak || person.action === 'lying' ? [0.15, 0.5] : [0.6, 0.95]
    const score = random.range(low, high)
    const missed = random.next() < missRate(person, hidden)
    return missed || person.visible < detector.leastVisible ? [] : [{ box: jittered, label: 'person', score }]
  })
  if (!random.chance(detector.falseBoxes)) return found
  const heightPx = random.range(40, 120)
  const place = {
    xPx: random.range(0, picture.widthPx - 40),
    yPx: random.range(0, picture.heightPx - heightPx),
  }
  const box = { ...place, widthPx: heightPx * 0.4, heightPx }
  return [...found, { box, label: 'person', score: random.range(0.3, 0.7) }]
}

function missRate({ action }: SeenPerson, hidden: number): number {
  if (action === 'lying') return detector.missLying
  if (hidden >= detector.hidden) return detector.missHidden
  return hidden >= detector.halfHidden ? detector.missHalfHidden : detector.miss
}

function jitter(box: BoxPx, random: Random): BoxPx {
  const by = () => random.normal() * detector.jitter * box.heightPx
  const [left, top, right, bottom] = [by(), by(), by(), by()]
  return {
    xPx: box.xPx + left,
    yPx: box.yPx + top,
    widthPx: Math.max(2, box.widthPx + right - left),
    heightPx: Math.max(2, box.heightPx + bottom - top),
  }
}

function coveredShare(box: BoxPx, by: BoxPx): number {
  const width = Math.min(box.xPx + box.widthPx, by.xPx + by.widthPx) - Math.max(box.xPx, by.xPx)
  const height = Math.min(box.yPx + box.heightPx, by.yPx + by.heightPx) - Math.max(box.yPx, by.yPx)
  return width <= 0 || height <= 0 ? 0 : (width * height) / (box.widthPx * box.heightPx)
}
