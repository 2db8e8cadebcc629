import { createBehaviours } from '../../../src/behaviour/behaviours.ts'
import type { BehaviourFinding } from '../../../src/behaviour/rule-findings.ts'
import type { ActionScore } from '../../../src/behaviour/score-memory.ts'
import { behavioursSchema } from '../../../src/config/behaviour-schema.ts'
import type { Detection, Track } from '../../../src/core/detection.ts'
import { createRandom, type Random } from '../../../src/core/random.ts'
import { createCameraView } from '../../../src/simulate/camera-view.ts'
import { randomScript } from '../../../src/simulate/random-script.ts'
import { createScene, type SeenPerson } from '../../../src/simulate/scene.ts'
import type { GroundPoint, SceneScript } from '../../../src/simulate/script.ts'
import { iou } from '../../../src/track/box-geometry.ts'
import { createTracker } from '../../../src/track/tracker.ts'
import { detect, picture } from '../track/seen-truth.ts'
import { groundLine, groundZones, type StagedBehaviour, type Staging } from './staged-behaviours.ts'

const fps = 8
export const sceneS = 60
const noonMs = Date.UTC(2026, 0, 5, 12)
/** Models score clips, so that a score comes twice a second. */
const scoresPerS = 2
/** Mean and deviation of the score of an action that is there, and of one that is not. */
const scoreOf = { there: [0.85, 0.1], absent: [0.1, 0.1] } as const
const scoredActions = ['falling', 'fighting'] as const

/** One scene through an imperfect detector, the tracker and one rule. */
export function playScene(behaviour: StagedBehaviour, seed: number, present: boolean) {
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
  const behaviours = createBehaviours({ ...config, cameraId: 'sim' })
  const tracker = createTracker({ idPrefix: '' })
  const noise = random.fork('detector')
  const findings: BehaviourFinding[] = []
  for (let frame = 0; frame < sceneS * fps; frame += 1) {
    const tS = frame / fps
    const ptsUs = Math.round(tS * 1e6)
    const people = scene.peopleAt(tS)
    const detections = [...detect(people, noise), ...objectAt(staging, tS, { view, random: noise })]
    const tracks = tracker.update(detections, ptsUs)
    const due = frame % (fps / scoresPerS) === 0
    if (process.env.DBG && frame % 8 === 0)
      console.log(
        tS,
        tracks
          .map(
            (t) =>
              `${t.id}${t.label[0]}${t.state[0]} ${Math.round(t.box.xPx)},${Math.round(t.box.yPx)} ${Math.round(t.box.widthPx)}x${Math.round(t.box.heightPx)}`,
          )
          .join(' ; '),
      )
    findings.push(
      ...behaviours.step({
        ...{ ptsUs, timeMs: noonMs + tS * 1000, ...picture, tracks },
        actions: due ? scoresOf(people, tracks, noise) : [],
        anomaly: due ? anomalyAt(staging, tS, noise) : undefined,
      }),
    )
  }
  return { staging, findings, startsS: starts(findings) }
}

/** When findings began, seconds. */
function starts(findings: readonly BehaviourFinding[]): number[] {
  const keys = new Set<string>()
  return findings.flatMap(({ key, active, ptsUs }) => {
    if (!active || keys.has(key)) return []
    keys.add(key)
    return [ptsUs / 1e6]
  })
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

/** What a model says of each followed person, by the truth of who it is and with noise. */
function scoresOf(people: readonly SeenPerson[], tracks: readonly Track[], random: Random): ActionScore[] {
  return tracks.flatMap((track) => {
    const person = people.reduce<SeenPerson | null>(
      (best, one) => (iou(one.box, track.box) > (best ? iou(best.box, track.box) : 0.2) ? one : best),
      null,
    )
    return scoredActions.map((label) => ({
      trackId: track.id,
      label,
      score: clipped(random, person?.action === label ? scoreOf.there : scoreOf.absent),
    }))
  })
}

const clipped = (random: Random, [mean, deviation]: readonly [number, number]) =>
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
