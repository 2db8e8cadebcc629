import { spawn } from 'node:child_process'
import { cameraFacts } from '../../../pipelines/live/plan/camera-facts.ts'
import { behaviourFacts, chooseDetector } from '../../../pipelines/live/plan/choose-detector.ts'
import { choosePose } from '../../../pipelines/live/plan/choose-pose.ts'
import { replayRules } from '../../../pipelines/live/replay-rules.ts'
import { parseConfig } from '../../../src/config/load.ts'
import type { AlertStep } from '../../../src/core/alert.ts'
import type { Scores } from '../../../src/core/clip.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { noTelemetry } from '../../../src/core/telemetry-port.ts'
import { createInferenceEngine } from '../../../src/infer/inference-engine.ts'

export interface Film {
  readonly steps: readonly AlertStep[]
  /** What the model of skeletons said of each window. */
  readonly scores: readonly Scores[]
}

export interface FilmWatcher {
  watch(video: string): Promise<Film>
  close(): Promise<void>
}

/**
 * The detector of people, the model of skeletons and rules over films, as `vireo rules test` does, with the models
 * loaded once.
 */
export async function createFilmWatcher(options: {
  people: string
  skeleton: string
  /** What stands under `behaviours` in a configuration. */
  behaviours: unknown
  detectFps: number
}): Promise<FilmWatcher> {
  const { people, skeleton, behaviours, detectFps } = options
  const config = parseConfig(
    JSON.stringify({
      version: 1,
      cameras: [{ id: 'film', url: 'film.mp4', detectFps, motion: { enabled: true } }],
      models: [
        { name: 'people', path: people },
        { name: 'skeleton', path: skeleton },
      ],
      behaviours,
    }),
    { file: 'bench', env: {} },
  )
  const [camera] = config.cameras
  const engine = await createInferenceEngine({
    models: config.models.map(({ path, ...model }) => ({
      ...model,
      path: path!,
      workers: 1,
      maxBatch: 1,
      deadlineMs: 0,
    })),
    clock: systemClock,
    telemetry: noTelemetry,
  })
  const facts = cameraFacts(camera!, config, engine)
  const plan = chooseDetector(facts)
  if (!plan) throw new Error('no detector')
  return {
    async watch(video) {
      const scores: Scores[] = []
      const steps: AlertStep[] = []
      const replay = replayRules({
        video,
        behaviours: behaviourFacts(facts, plan),
        plan,
        pose: choosePose(facts, plan),
        motion: camera!.motion,
        engine: {
          bundle: (name) => engine.bundle(name),
          contract: (name) => engine.contract(name),
          async infer(clip) {
            const found = await engine.infer(clip)
            if (found && clip.modelName === 'skeleton') scores.push(found)
            return found
          },
        },
        models: [{ name: 'skeleton', scope: 'person' }],
        configHash: 'bench',
        startMs: 0,
        spawn,
        telemetry: noTelemetry,
      })
      for await (const step of replay) steps.push(step)
      return { steps, scores }
    },
    close: () => engine.close(),
  }
}
