import { createBehaviourAlerts } from '../../../src/alert/behaviour-alerts.ts'
import { type BehaviourOptions, createBehaviours } from '../../../src/behaviour/behaviours.ts'
import type { ActionScore } from '../../../src/behaviour/score-memory.ts'
import type { TrackUpdate } from '../../../src/clip/await-tracks.ts'
import type { AlertStep } from '../../../src/core/alert.ts'
import type { Scores } from '../../../src/core/clip.ts'
import type { Detection, Track } from '../../../src/core/detection.ts'
import type { Frame, PictureArea } from '../../../src/core/frame.ts'
import { countDrop, type Telemetry } from '../../../src/core/telemetry-port.ts'
import { createPoseTracks, leastStaleUs, type PoseReading } from '../../../src/pose/pose-tracks.ts'
import { createTracker } from '../../../src/track/tracker.ts'
import { behaviourLabel } from '../alert-labels.ts'
import { createStandingScores } from './standing-scores.ts'

export interface SceneWatchOptions {
  readonly behaviours: BehaviourOptions
  readonly detector: DetectorFacts
  readonly configHash: string
  /** Prefix of track ids. */
  readonly idPrefix: string
  /** A pose that is older counts as none. */
  readonly poseStaleUs?: number
  readonly telemetry: Telemetry
}

export interface DetectorFacts {
  /** Name of the model, or `motion`. */
  readonly name: string
  readonly version: string
  /** Score from which a detection may start a track. */
  readonly highScore: number
  /** Score from which a keypoint is sure, of a detector that finds them; else absent. */
  readonly leastKeypointScore?: number
}

export type Moment = Pick<Frame, 'epoch' | 'ptsUs' | 'arrivalMs' | 'arrivalMonoMs'>

/** The tracks of a moment. */
export interface TrackMoment extends TrackUpdate, Moment {
  /** The detector was not asked, because nothing moved: all is where it was. */
  readonly held: boolean
}

/** Tracks of one moment, and what the behaviours made of them. */
export interface Looked {
  readonly update: TrackMoment
  readonly steps: readonly AlertStep[]
}

/**
 * Detections → tracker → behaviours → alert steps, for one camera. Time comes from the frames alone: the same
 * detections, scores and keypoints in the same order give the same steps.
 */
export interface SceneWatch {
  /** What the detector found in a frame; null: it was not asked, because nothing moved, so all is where it was. */
  look(moment: Moment, area: PictureArea, detections: readonly Detection[] | null): Looked
  /**
   * Scores that came since the look before.
   *
   * @param standing they are about bodies, so that they hold while nothing moves.
   */
  scores(scores: Scores, standing?: boolean): void
  /** Keypoints that came since the look before. */
  pose(reading: PoseReading): void
  /** The camera is gone, with all connections up to this one. */
  lost(epoch: number, monoMs: number): readonly AlertStep[]
  close(monoMs: number): readonly AlertStep[]
}

/** Most scores that wait for the next look; the oldest make way. */
const mostScores = 1024
/** The label by which a model of the whole scene says how unusual it is. */
const anomalyLabel = 'anomaly'

/** @throws AppError CONFIG_INVALID when a rule is wrong. */
export function createSceneWatch(options: SceneWatchOptions): SceneWatch {
  const { detector, configHash, idPrefix, telemetry } = options
  const { cameraId, rules } = options.behaviours
  const behaviours = createBehaviours({
    ...options.behaviours,
    onDrop: (reason) => countDrop(telemetry, { stage: 'behaviour', reason, cameraId }),
  })
  const labels = new Map(rules.map((rule) => [rule.name, behaviourLabel(rule)]))
  const alerts = createBehaviourAlerts({
    cameraId,
    configHash,
    detector,
    telemetry,
    labelOf: (rule) => labels.get(rule) ?? rule,
  })
  const tracker = createTracker({ idPrefix, highScore: detector.highScore })
  const poses = createPoseTracks({ staleUs: options.poseStaleUs ?? leastStaleUs })
  let last: readonly Detection[] = []
  let epoch = 0
  let lostEpoch = 0
  const standing = createStandingScores()
  let actions: ActionScore[] = []
  let anomaly: number | undefined
  /** Connection that these scores belong to. */
  let scoredEpoch = 0

  const forgetScores = () => {
    actions = []
    anomaly = undefined
  }

  /** The bodies that the detector found with its boxes. */
  const takePoses = (tracks: readonly Track[], { ptsUs, epoch: now }: Moment, held: boolean) => {
    const { leastKeypointScore } = detector
    if (leastKeypointScore === undefined) return
    if (held) {
      const seen = tracks.filter(({ state }) => state === 'seen')
      poses.hold(
        seen.map(({ id }) => id),
        ptsUs,
      )
      return
    }
    for (const { id, box, keypoints } of tracks)
      if (keypoints)
        poses.take({
          trackId: id,
          epoch: now,
          ptsUs,
          keypoints,
          leastScores: keypoints.map(() => leastKeypointScore),
          bodyPx: Math.max(box.widthPx, box.heightPx),
        })
  }

  return {
    look(moment, area, detections) {
      const { ptsUs, arrivalMs } = moment
      const held = detections === null
      if (moment.epoch <= lostEpoch) return { update: { ...moment, area, held, tracks: [] }, steps: [] }
      const reset = moment.epoch !== epoch ? behaviours.reset() : []
      if (moment.epoch !== epoch) {
        tracker.reset()
        poses.reset()
        if (scoredEpoch < moment.epoch) standing.clear()
        last = []
        epoch = moment.epoch
      }
      last = detections ?? last
      const followed = tracker.update(last, ptsUs, area)
      takePoses(followed, moment, held)
      const tracks = poses.attach(followed, ptsUs)
      const { widthPx, heightPx } = area
      const stood = standing.of(tracks)
      const heard =
        scoredEpoch === epoch
          ? { actions: held ? [...stood, ...actions] : actions, ...(anomaly !== undefined && { anomaly }) }
          : { actions: [] }
      const found = behaviours.step({ ptsUs, widthPx, heightPx, tracks, ...heard, timeMs: arrivalMs })
      if (scoredEpoch <= epoch) forgetScores()
      const scoreOf = (id: string) => tracks.find((track) => track.id === id)?.score ?? 0
      telemetry.gauge('vireo_tracks', { camera: cameraId }, tracks.length)
      return {
        update: { ...moment, area, held, tracks },
        steps: alerts.accept([...reset, ...found], moment, scoreOf),
      }
    },
    scores(scores, stands = false) {
      const { labels: names, values, trackId = null, epoch: of } = scores
      if (of <= lostEpoch || of < Math.max(epoch, scoredEpoch)) return
      if (of > scoredEpoch) {
        forgetScores()
        standing.clear()
      }
      if (stands) standing.take(scores)
      scoredEpoch = of
      names.forEach((label, column) => {
        const score = values[column]!
        if (trackId === null && label === anomalyLabel) anomaly = Math.max(anomaly ?? 0, score)
        actions.push({ trackId, label, score })
      })
      const surplus = actions.length - mostScores
      if (surplus <= 0) return
      actions = actions.slice(surplus)
      countDrop(telemetry, { stage: 'behaviour', reason: 'too_many_scores', cameraId, count: surplus })
    },
    pose(reading) {
      if (reading.epoch === epoch && reading.epoch > lostEpoch) poses.take(reading)
    },
    lost(lostNow, monoMs) {
      lostEpoch = Math.max(lostEpoch, lostNow)
      tracker.reset()
      poses.reset()
      standing.clear()
      last = []
      return alerts.end(behaviours.reset(), 'camera_lost', monoMs)
    },
    close: (monoMs) => alerts.end(behaviours.reset(), 'shutdown', monoMs),
  }
}
