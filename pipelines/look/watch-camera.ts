import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { TrackUpdate } from '../../src/clip/await-tracks.ts'
import type { Config } from '../../src/config/schema.ts'
import type { AlertStep } from '../../src/core/alert.ts'
import type { CameraStatus } from '../../src/core/camera-status.ts'
import type { Clip, Scores } from '../../src/core/clip.ts'
import { systemClock } from '../../src/core/clock.ts'
import { registryDir } from '../../src/core/data-dir.ts'
import { AppError } from '../../src/core/errors.ts'
import { noTelemetry, type Telemetry } from '../../src/core/telemetry-port.ts'
import { createInferenceEngine, type InferenceEngine } from '../../src/infer/inference-engine.ts'
import { type AttachedCamera, attachCamera } from '../live/attach-camera.ts'
import { registryOf, resolveModels } from '../live/follow-registry.ts'
import type { CameraPlan } from '../live/plan/plan-camera.ts'

/** What is seen of a camera while it is watched. Nothing of it may throw. */
export interface Watching {
  readonly attached?: (camera: AttachedCamera) => void
  /** A clip was given to its model. Returns who is told of the answer; null: it was dropped. */
  readonly asked?: (clip: Clip) => (scores: Scores | null) => void
  readonly scores?: (scores: Scores) => void
  readonly tracks?: (update: TrackUpdate) => void
  readonly step?: (step: AlertStep) => void
}

/** How long a camera may take until its first picture. */
const patienceMs = 15_000
const lasting: ReadonlySet<string> = new Set([
  ...['CAMERA_UNAUTHORIZED', 'CAMERA_NOT_FOUND', 'CAMERA_URL', 'MEDIA_FFMPEG_MISSING'],
])

/**
 * Runs the pipeline of one camera for `seconds` from its first picture, or until its file ends. Nothing is stored,
 * recorded or sent.
 *
 * @throws AppError with the camera's own code when it sends nothing, and what models throw.
 */
export async function watchCamera(options: {
  config: Config
  plan: CameraPlan
  seconds: number
  watching: Watching
  telemetry?: Telemetry
  signal?: AbortSignal
}): Promise<void> {
  const { config, plan, watching, telemetry = noTelemetry } = options
  const engine = await openEngine(config, plan, telemetry)
  try {
    const attached = attachCamera(plan, {
      engine: overheard(engine, watching),
      clock: systemClock,
      spawn,
      random: Math.random,
      telemetry,
      dataDir: config.dataDir,
      ...(watching.tracks && { onTracks: watching.tracks }),
    })
    const { source, steps$, scores$ } = attached
    const parts = [
      steps$.subscribe({ next: watching.step ?? ignore, error: ignore }),
      scores$.subscribe((scores) => watching.scores?.(scores)),
    ]
    watching.attached?.(attached)
    try {
      const over = untilOver(attached, options)
      source.start()
      await over
    } finally {
      await source.close()
      for (const part of parts) part.unsubscribe()
    }
  } finally {
    await engine.close()
  }
}

const ignore = () => {}

/** Only the models of this camera. What is measured of them is not kept: the folder may belong to somebody else. */
async function openEngine(
  config: Config,
  { watchers, people }: CameraPlan,
  telemetry: Telemetry,
): Promise<InferenceEngine> {
  const names = new Set(watchers.map(({ model }) => model.name))
  if (people?.detector.modelName) names.add(people.detector.modelName)
  if (people?.pose) names.add(people.pose.modelName)
  const own = { ...config, models: config.models.filter(({ name }) => names.has(name)) }
  const registry = existsSync(registryDir(config.dataDir)) ? registryOf(own, systemClock) : null
  try {
    const models = resolveModels(own, registry)
    return await createInferenceEngine({ models, clock: systemClock, telemetry })
  } finally {
    await registry?.close()
  }
}

function overheard(engine: InferenceEngine, { asked }: Watching): InferenceEngine {
  if (!asked) return engine
  return {
    ...engine,
    async infer(clip) {
      const answered = asked(clip)
      const scores = await engine.infer(clip)
      answered(scores)
      return scores
    },
  }
}

function untilOver(
  { source }: AttachedCamera,
  { seconds, signal }: { seconds: number; signal?: AbortSignal },
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let last: CameraStatus | null = null
  let seen = false
  const lost = () => {
    const { code, reason } = last ?? { code: null, reason: 'no answer' }
    reject(new AppError(code ?? 'CAMERA_STALLED', `camera ${source.id}: no picture: ${reason}`))
  }
  let cancel = systemClock.after(patienceMs, lost)
  if (signal?.aborted) resolve()
  signal?.addEventListener('abort', () => resolve(), { once: true })
  const statuses = source.status$.subscribe((status) => {
    last = status
    if (status.state === 'live' && !seen) {
      seen = true
      cancel()
      cancel = systemClock.after(seconds * 1000, resolve)
    }
    if (status.state !== 'offline') return
    // A camera is connected to again; a file that has ended is not, and no wait mends a wrong password.
    if (status.code === null) resolve()
    else if (!seen && lasting.has(status.code)) lost()
  })
  return promise.finally(() => {
    cancel()
    statuses.unsubscribe()
  })
}
