import type { Detection } from '../../../src/core/detection.ts'
import { createRandom, type Random } from '../../../src/core/random.ts'
import { createCameraView } from '../../../src/simulate/camera-view.ts'
import { randomScript } from '../../../src/simulate/random-script.ts'
import { createScene, type SeenPerson } from '../../../src/simulate/scene.ts'
import type { GroundPoint, SceneScript } from '../../../src/simulate/script.ts'
import { behavioursSchema } from '../../support/behaviours-schema.ts'
import { detect, picture } from '../track/seen-truth.ts'
import { groundLine, groundZones, type StagedBehaviour, type Staging } from './staged-behaviours.ts'

export const fps = 8
export const sceneS = 60

/** One frame: who is there in truth, and what an imperfect detector and an anomaly model say of it. */
export interface RecordedMoment {
  readonly ptsUs: number
  readonly people: readonly SeenPerson[]
  readonly detections: readonly Detection[]
  readonly anomaly: number
}

/** One staged scene up to its detections: the same whatever tracker and rules make of it. */
export interface RecordedScene {
  readonly staging: Staging
  readonly config: ReturnType<typeof behavioursSchema.parse>
  readonly moments: readonly RecordedMoment[]
  /** For what a model says of tracks; see playScene. */
  readonly scoreNoise: Random
}

/** Stages one scene and looks at it through a detector that jitters, misses, and loses who is hidden or lies. */
export function recordScene(behaviour: StagedBehaviour, seed: number, present: boolean): RecordedScene {
  const random = createRandom(seed).fork(present ? 'present' : 'absent')
  const staging = behaviour.stage(random.fork('stage'), present)
  const script = scriptOf(staging, seed)
  const scene = createScene(script, picture)
  const view = createCameraView(script.camera, picture.widthPx, picture.heightPx)
  const share = ({ xM, zM }: GroundPoint): [number, number] => {
    const at = view.project([xM, 0, zM])!
    const inside = (value: number) => Math.min(1, Math.max(0, value))
    return [inside(at.xPx / picture.widthPx), inside(at.yPx / picture.heightPx)]
  }
  const config = behavioursSchema.parse({
    zones: Object.entries(groundZones).map(([name, points]) => ({ name, points: points.map(share) })),
    lines: [{ name: 'fence', from: share(groundLine.from), to: share(groundLine.to) }],
    rules: [{ name: 'rule', ...behaviour.rule }],
  })
  // A generator for each purpose: what one of them draws changes nothing for the others.
  const [detector, objects, anomalies] = ['detector', 'object', 'anomaly'].map((name) => random.fork(name))
  const moments = Array.from({ length: sceneS * fps }, (_, frame): RecordedMoment => {
    const tS = frame / fps
    const people = scene.peopleAt(tS)
    return {
      ptsUs: Math.round(tS * 1e6),
      people,
      detections: [...detect(people, detector!), ...objectAt(staging, tS, { view, random: objects! })],
      anomaly: anomalyAt(staging, tS, anomalies!),
    }
  })
  return { staging, config, moments, scoreNoise: random.fork('scores') }
}

/** A place, a camera and bodies by chance, with the staged people in it. */
function scriptOf({ actors }: Staging, seed: number): SceneScript {
  const base = randomScript({
    seed,
    durationS: sceneS,
    styleSet: 'holdout',
    stories: ['pass'],
    perMinute: 30,
  })
  const people = actors.map(({ segments }, at) => ({
    id: `p${at + 1}`,
    body: base.people[at % base.people.length]!.body,
    segments,
  }))
  return { ...base, people }
}

export const clipped = (random: Random, [mean, deviation]: readonly [number, number]) =>
  Math.min(1, Math.max(0, mean + deviation * random.normal()))

function anomalyAt({ unusual = [] }: Staging, tS: number, random: Random): number {
  const isUnusual = unusual.some(([startS, endS]) => tS >= startS && tS < endS)
  // A single high score now and then is no anomaly.
  if (random.chance(0.01)) return 0.95
  return clipped(random, isUnusual ? [0.92, 0.06] : [0.3, 0.12])
}

function objectAt(
  { object }: Staging,
  tS: number,
  { view, random }: { view: ReturnType<typeof createCameraView>; random: Random },
): Detection[] {
  if (!object || tS < object.startS || tS >= object.endS || random.chance(0.1)) return []
  const foot = view.project([object.at.xM, 0, object.at.zM])
  if (!foot) return []
  const [widthPx, heightPx] = [0.4 * foot.pxPerM, 0.5 * foot.pxPerM]
  const shake = () => random.normal() * 0.04 * heightPx
  const box = { xPx: foot.xPx - widthPx / 2 + shake(), yPx: foot.yPx - heightPx + shake(), widthPx, heightPx }
  return [{ box, label: 'backpack', score: random.range(0.55, 0.9) }]
}
