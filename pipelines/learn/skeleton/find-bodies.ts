import { spawn } from 'node:child_process'
import { parseConfig } from '../../../src/config/load.ts'
import type { Config } from '../../../src/config/schema.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { AppError } from '../../../src/core/errors.ts'
import { noTelemetry } from '../../../src/core/telemetry-port.ts'
import { createInferenceEngine } from '../../../src/infer/inference-engine.ts'
import type { BodyFile } from '../../../src/skeleton/body-file.ts'
import { createBodyLog } from '../../../src/skeleton/body-log.ts'
import { cameraFacts } from '../../live/plan/camera-facts.ts'
import { behaviourFacts, chooseDetector } from '../../live/plan/choose-detector.ts'
import { choosePose } from '../../live/plan/choose-pose.ts'
import { replayRules } from '../../live/replay-rules.ts'

/** Finds the bodies of people in videos, with the models of a site. */
export interface BodyFinder {
  /** Changes with the models. */
  readonly id: string
  /** Everybody in a video. @throws AppError MEDIA_* */
  find(video: string): Promise<BodyFile>
  close(): Promise<void>
}

/** Nothing of a clip is forgotten. */
const keepMs = 24 * 3_600_000

/**
 * The models that find people with their keypoints on a site: a detector with keypoints, or another detector and a pose
 * model. null where there is none.
 *
 * @param models where each lies, such as resolveModels gives
 * @throws what models throw
 */
export async function openBodyFinder(options: {
  models: readonly { readonly name: string; readonly path: string }[]
  fps: number
  threads: number
}): Promise<BodyFinder | null> {
  const { models, fps, threads } = options
  if (models.length === 0) return null
  const config: Config = parseConfig(
    JSON.stringify({
      version: 1,
      cameras: [{ id: 'clip', url: 'clip.mp4', detectFps: fps, pose: {}, motion: { enabled: false } }],
      models: models.map(({ name, path }) => ({ name, path })),
    }),
    { file: 'learning', env: {} },
  )
  const camera = config.cameras[0]!
  const engine = await createInferenceEngine({
    models: config.models.map(({ path, ...model }) => ({
      ...model,
      path: path!,
      workers: 1,
      intraOpThreads: threads,
      maxBatch: 1,
      deadlineMs: 0,
    })),
    clock: systemClock,
    telemetry: noTelemetry,
  })
  const facts = cameraFacts(camera, config, engine)
  const plan = chooseDetector(facts)
  const pose = plan && choosePose(facts, plan)
  if (!plan || (plan.leastKeypointScore === undefined && !pose)) {
    await engine.close()
    return null
  }
  const used = [plan.name, pose?.modelName].filter((name) => name !== null && name !== undefined)
  const files = used.map((name) => engine.bundle(name).files)
  return {
    id: JSON.stringify([files, fps]),
    async find(video) {
      const log = createBodyLog({ keepMs })
      let picture = { widthPx: 1, heightPx: 1 }
      let endUs = 0
      const steps = replayRules({
        video,
        behaviours: behaviourFacts(facts, plan),
        plan,
        pose,
        motion: camera.motion,
        engine,
        models: [],
        configHash: 'learning',
        startMs: 0,
        spawn,
        telemetry: noTelemetry,
        onLook({ update }) {
          picture = { widthPx: update.area.widthPx, heightPx: update.area.heightPx }
          endUs = update.ptsUs
          log.take(update)
        },
      })
      for await (const _ of steps);
      const tracks = [...Map.groupBy(log.readings(), ({ trackId }) => trackId)].map(([id, own]) => ({
        id,
        readings: own.map(({ ptsUs, untilUs, box, keypoints }) => ({ ptsUs, untilUs, box, keypoints })),
      }))
      return { alertId: 'clip', cameraId: 'clip', picture, trackIds: [], fromUs: 0, toUs: endUs, tracks }
    },
    close: () => engine.close(),
  }
}

export const noFinder = (missing: number, first: string): AppError =>
  new AppError(
    'TRAIN_PLAN',
    `learning.kind: ${missing} clip${missing === 1 ? ' has' : 's have'} no keypoints beside ${missing === 1 ? 'it' : 'them'} (the first is ${first}), and nothing finds them: add a model that finds people with their keypoints to the models (vireo model install people)`,
  )
