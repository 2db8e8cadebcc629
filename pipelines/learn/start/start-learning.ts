import type { spawn as nodeSpawn } from 'node:child_process'
import type { Config } from '../../../src/config/schema.ts'
import type { Clock } from '../../../src/core/clock.ts'
import type { Telemetry } from '../../../src/core/telemetry-port.ts'
import type { InferenceEngine } from '../../../src/infer/inference-engine.ts'
import { sayLoad } from '../../../src/schedule/load-signal.ts'
import { makeFolders } from '../../../src/store/make-folders.ts'
import { scheduleLearning } from './schedule-learning.ts'

/** What a running Vireo does for learning: it says how short of cores it is, and learns at the configured times. */
export function startLearning(options: {
  config: Config
  configFile: string | null
  engine: InferenceEngine
  spawn: typeof nodeSpawn
  clock: Clock
  telemetry: Telemetry
}): { close(): Promise<void> } | null {
  const { config, configFile, engine, clock, telemetry } = options
  const { learning, dataDir, models } = config
  if (!learning) return null
  makeFolders(dataDir)
  const strideScale = () => Math.max(1, ...models.map(({ name }) => engine.strideScale(name)))
  const stopSaying = sayLoad({ dataDir, clock, strideScale })
  const { schedule } = learning
  const scheduled =
    schedule !== undefined && configFile !== null
      ? scheduleLearning({ ...options, learning: { ...learning, schedule }, configFile })
      : null
  const nextMs = scheduled?.nextMs() ?? null
  if (nextMs !== null)
    telemetry.log.info(
      { model: learning.model, next: new Date(nextMs).toISOString() },
      'learns by the schedule',
    )
  return {
    async close() {
      stopSaying()
      await scheduled?.close()
    },
  }
}
