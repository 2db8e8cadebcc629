import { createBehaviours } from '../../../src/behaviour/behaviours.ts'
import type { BehaviourFinding } from '../../../src/behaviour/rule-findings.ts'
import type { ActionScore } from '../../../src/behaviour/score-memory.ts'
import { overlapOf } from '../../../src/core/box-overlap.ts'
import type { Track } from '../../../src/core/detection.ts'
import type { Random } from '../../../src/core/random.ts'
import type { SeenPerson } from '../../../src/simulate/scene.ts'
import { createTracker } from '../../../src/track/tracker.ts'
import { picture } from '../track/seen-truth.ts'
import { clipped, fps, type RecordedScene } from './record-scene.ts'

const noonMs = Date.UTC(2026, 0, 5, 12)
/** Models score clips, so that a score comes twice a second. */
const scoresPerS = 2
/** Mean and deviation of the score of an action that is there, and of one that is not. */
const scoreOf = { there: [0.85, 0.1], absent: [0.1, 0.1] } as const
const scoredActions = ['falling', 'fighting'] as const

export interface PlayedScene {
  readonly findings: readonly BehaviourFinding[]
  /** When findings began, seconds. */
  readonly startsS: readonly number[]
}

/** One recorded scene through the tracker and the rule. `look` sees the tracks of every frame. */
export function playScene(
  { config, moments, scoreNoise }: RecordedScene,
  look: (tracks: readonly Track[], ptsUs: number) => void = () => {},
): PlayedScene {
  const behaviours = createBehaviours({ ...config, cameraId: 'sim' })
  const tracker = createTracker({ idPrefix: '' })
  const findings: BehaviourFinding[] = []
  moments.forEach(({ ptsUs, people, detections, anomaly }, frame) => {
    const tracks = tracker.update(detections, ptsUs, picture)
    look(tracks, ptsUs)
    const due = frame % (fps / scoresPerS) === 0
    findings.push(
      ...behaviours.step({
        ptsUs,
        timeMs: noonMs + ptsUs / 1000,
        ...picture,
        tracks,
        actions: due ? scoresOf(people, tracks, scoreNoise) : [],
        ...(due && anomaly !== undefined && { anomaly }),
      }),
    )
  })
  return { findings, startsS: starts(findings) }
}

function starts(findings: readonly BehaviourFinding[]): number[] {
  const keys = new Set<string>()
  return findings.flatMap(({ key, active, ptsUs }) => {
    if (!active || keys.has(key)) return []
    keys.add(key)
    return [ptsUs / 1e6]
  })
}

/** What a model says of each followed person, by the truth of who it is and with noise. */
function scoresOf(people: readonly SeenPerson[], tracks: readonly Track[], random: Random): ActionScore[] {
  return tracks.flatMap((track) => {
    const person = people.reduce<SeenPerson | null>(
      (best, one) =>
        overlapOf(one.box, track.box) > (best ? overlapOf(best.box, track.box) : 0.2) ? one : best,
      null,
    )
    return scoredActions.map((label) => ({
      trackId: track.id,
      label,
      score: clipped(random, person?.action === label ? scoreOf.there : scoreOf.absent),
    }))
  })
}
