import type { BehaviourInput } from '../../../src/behaviour/behaviours.ts'
import { type BehaviourOptions, createBehaviours } from '../../../src/behaviour/behaviours.ts'
import type { BehaviourFinding } from '../../../src/behaviour/rule-findings.ts'
import type { ActionScore } from '../../../src/behaviour/score-memory.ts'
import type { Track } from '../../../src/core/detection.ts'
import { presentFields } from '../../../src/core/present-fields.ts'
import { behavioursSchema } from '../../support/behaviours-schema.ts'

export const picture = { widthPx: 1000, heightPx: 1000 }
export const bodyPx = 100
const fps = 8
/** A Monday, 12:00 UTC. */
export const noonMs = Date.UTC(2026, 0, 5, 12)

/** One actor at one moment; undefined: not there. */
export interface Pose {
  /** Foot point, shares of the picture. */
  readonly x: number
  readonly y: number
  readonly lying?: boolean
  readonly lost?: boolean
  /** Box in pixels when it is no person's. */
  readonly box?: readonly [widthPx: number, heightPx: number]
}

export interface Actor {
  readonly id: string
  readonly label?: string
  at(seconds: number): Pose | undefined
}

export interface Scene {
  readonly seconds: number
  readonly actors?: readonly Actor[]
  actions?(seconds: number): readonly ActionScore[]
  anomaly?(seconds: number): number | undefined
  readonly startMs?: number
  readonly fps?: number
}

/** The steps of a scene, as a tracker would give them. */
export function stage(scene: Scene): BehaviourInput[] {
  const rate = scene.fps ?? fps
  const births = new Map<string, number>()
  const last = new Map<string, Track>()
  return Array.from({ length: Math.round(scene.seconds * rate) + 1 }, (_, frame) => {
    const seconds = frame / rate
    const ptsUs = Math.round(seconds * 1e6)
    const tracks = (scene.actors ?? []).flatMap((actor): Track[] => {
      const pose = actor.at(seconds)
      if (!pose) return []
      if (!births.has(actor.id)) births.set(actor.id, ptsUs)
      const before = last.get(actor.id)
      if (pose.lost && before) return [{ ...before, state: 'lost' }]
      const [widthPx, heightPx] = pose.box ?? (pose.lying ? [bodyPx, 40] : [40, bodyPx])
      const track: Track = {
        id: actor.id,
        label: actor.label ?? 'person',
        box: { xPx: pose.x * 1000 - widthPx / 2, yPx: pose.y * 1000 - heightPx, widthPx, heightPx },
        score: 0.9,
        state: 'seen',
        firstPtsUs: births.get(actor.id)!,
        seenPtsUs: ptsUs,
      }
      last.set(actor.id, track)
      return [track]
    })
    return {
      ptsUs,
      timeMs: (scene.startMs ?? noonMs) + seconds * 1000,
      ...picture,
      tracks,
      actions: scene.actions?.(seconds) ?? [],
      ...presentFields({ anomaly: scene.anomaly?.(seconds) }),
    }
  })
}

/** Behaviours of a configuration as people write it. */
export function behavioursOf(config: unknown, more: Partial<BehaviourOptions> = {}) {
  return createBehaviours({ ...behavioursSchema.parse(config), cameraId: 'yard', ...more })
}

export function play(config: unknown, scene: Scene): BehaviourFinding[] {
  const behaviours = behavioursOf(config)
  return stage(scene).flatMap((input) => [...behaviours.step(input)])
}

/** Starts only: what an operator would be told. */
export function started(config: unknown, scene: Scene): BehaviourFinding[] {
  const keys = new Set<string>()
  return play(config, scene).filter((finding) => {
    const first = finding.active && !keys.has(finding.key)
    keys.add(finding.key)
    return first
  })
}

/** Somebody who stands at a place from one time to another. */
export function standing(
  id: string,
  x: number,
  y: number,
  span: readonly [number, number] = [0, 1e9],
): Actor {
  return { id, at: (seconds) => (seconds >= span[0] && seconds <= span[1] ? { x, y } : undefined) }
}

/** Somebody who walks from a place on; velocity in shares of the picture per second (0.1 is a body length). */
export function walking(
  id: string,
  from: readonly [number, number],
  velocity: readonly [number, number],
): Actor {
  return { id, at: (seconds) => ({ x: from[0] + velocity[0] * seconds, y: from[1] + velocity[1] * seconds }) }
}

export const square = {
  name: 'gate',
  points: [
    [0.4, 0.4],
    [0.6, 0.4],
    [0.6, 0.6],
    [0.4, 0.6],
  ],
}
