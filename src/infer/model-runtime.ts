import type { Bundle } from '../bundle/bundle-schema.ts'
import type { LoadedBundle } from '../bundle/load-bundle.ts'
import { frameBytes, type ModelContract, seesPictures } from '../core/bundle.ts'
import { type Clip, clipContent, clipSource, type Scores } from '../core/clip.ts'
import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/errors.ts'
import { countDrop, type Telemetry } from '../core/telemetry-port.ts'
import { createSparseLog } from '../core/time/sparse-log.ts'
import { createBatcher } from './batcher.ts'
import { rawShape } from './check-graph.ts'
import type { EngineModel } from './engine-model.ts'
import { createFinishBatch } from './finish-batch.ts'
import { createLoadWatch } from './load-watch.ts'
import type { ThreadPlan } from './plan-threads.ts'
import type { PrecisionVerdict } from './precision/precision-verdict.ts'
import type { StartThread } from './session-thread.ts'
import { createStreamStates } from './stream-states.ts'
import { createStreamTurns } from './stream-turns.ts'
import { type BatchOutcome, createWorkerLane, type LaneStatus } from './worker-lane.ts'
import type { Provider } from './worker-protocol.ts'

export interface ModelStatus {
  /** Name in the configuration. */
  readonly name: string
  readonly version: string
  readonly kind: Bundle['kind']
  /** Whether at least one worker can take a batch. */
  readonly ready: boolean
  /** As configured, in order of preference. */
  readonly providers: readonly Provider[]
  /** Each worker with the provider that it really uses. */
  readonly workers: readonly LaneStatus[]
  readonly intraOpThreads: number
  /** Which graph of a quantised bundle serves on this processor, and why; null for a bundle with one graph. */
  readonly precision: PrecisionVerdict | null
  readonly strideScale: number
  readonly queuedClips: number
  /** Clips that got no scores because a run failed, a worker was lost, or a score was no number. */
  readonly failedClips: number
  readonly batches: { readonly count: number; readonly meanClips: number; readonly meanRunMs: number }
}

export interface ModelRuntime {
  readonly bundle: Bundle
  readonly contract: ModelContract
  readonly strideScale: number
  /** Resolves when every worker has opened its session; rejects with the first error. */
  readonly opened: Promise<void>
  infer(clip: Clip): Promise<Scores | null>
  status(): ModelStatus
  /** Answers what it was given, then closes; nothing more may be given to it. */
  retire(): Promise<void>
  close(): Promise<void>
}

export interface ModelRuntimeOptions {
  readonly config: EngineModel
  readonly loaded: LoadedBundle
  readonly precision: PrecisionVerdict | null
  readonly threads: ThreadPlan
  readonly clock: Clock
  readonly telemetry: Telemetry
  readonly startThread: StartThread
}

const logEveryMs = 10_000
/** A stream is served at least this long in one go when cameras must take turns, and four times its warm-up. */
const leastTurnMs = 10_000
/** A model whose worker hangs is not waited for. */
const retirePatienceMs = 10_000

/** One model at work: its workers, its queue, its states and its share of the load. */
export function createModelRuntime(options: ModelRuntimeOptions): ModelRuntime {
  const { config, loaded, precision, threads, clock, telemetry, startThread } = options
  const { bundle } = loaded
  const model = config.name
  const contract: ModelContract = { ...loaded.contract, name: model }
  const clipMs = (contract.strideFrames / contract.sampleFps) * 1000
  const clipBytes = contract.frames * frameBytes(contract)
  const states = bundle.kind === 'stream' ? createStreamStates(bundle) : null
  const turns =
    bundle.kind === 'stream'
      ? createStreamTurns({ turnMs: Math.max(leastTurnMs, 4 * bundle.warmupClips * clipMs) })
      : null
  const totals = { batches: 0, clips: 0, runMs: 0, failed: 0 }
  const load = createLoadWatch({ model, clipMs, workers: config.workers, clock, telemetry })
  const sparseLog = createSparseLog({ clock, everyMs: logEveryMs })
  const finishBatch = createFinishBatch({
    modelName: model,
    version: bundle.version,
    labels: contract.labels,
    places: bundle.anomaly?.places ?? null,
    rawLength: rawShape(bundle)?.reduce((product, size) => product * size, 1) ?? null,
    states,
    telemetry,
    sparseLog,
    failed: (clips) => {
      totals.failed += clips
    },
  })
  const plan = {
    modelName: model,
    bundle,
    graphPath: precision?.serves === 'float' ? loaded.floatPath! : loaded.graphPath,
    providers: config.providers,
    ...threads,
  }

  const lanes = Array.from({ length: config.workers }, (_, worker) =>
    createWorkerLane({
      start: () => startThread(plan),
      clock,
      clipBytes,
      maxBatch: config.maxBatch,
      packStates: (clips, slots) => states?.pack(clips, slots) ?? [],
      changed: () => {
        reportProviders()
        batcher.wake()
      },
      lost: (reason, delayMs) => {
        telemetry.count('vireo_infer_worker_restarts_total', { model })
        telemetry.log.error(
          { code: 'MODEL_INFERENCE', model, worker, reason, delayMs },
          'an inference worker ended; it is started again',
        )
      },
    }),
  )
  if (precision)
    for (const graph of ['quantised', 'float'] as const)
      telemetry.gauge('vireo_infer_precision', { model, graph }, precision.serves === graph ? 1 : 0)
  const reportProviders = () => {
    for (const provider of config.providers) {
      const using = lanes.filter((lane) => lane.ready && lane.status().session?.provider === provider)
      telemetry.gauge('vireo_infer_workers', { model, provider }, using.length)
    }
  }
  const batcher = createBatcher({
    maxBatch: config.maxBatch,
    deadlineMs: config.deadlineMs,
    sequential: states !== null,
    clock,
    workers: lanes,
    finish: (clips, outcome) => {
      account(clips.length, outcome)
      return finishBatch(clips, outcome)
    },
    dispatched: (waitsMs) => {
      load.waited(waitsMs)
      telemetry.observe('vireo_infer_batch_size', { model }, waitsMs.length)
      for (const waitMs of waitsMs) telemetry.observe('vireo_infer_wait_seconds', { model }, waitMs / 1000)
      telemetry.gauge('vireo_infer_queue_clips', { model }, batcher.waiting)
    },
    dropped: (clip, reason) => {
      if (reason === 'queue_full') load.dropped()
      drop(clip, reason)
    },
  })
  const account = (clips: number, outcome: BatchOutcome) => {
    if (outcome.kind !== 'scored') return
    totals.batches += 1
    totals.clips += clips
    totals.runMs += outcome.runMs
    load.ran(outcome.runMs)
  }
  const drop = (clip: Clip, reason: string) =>
    countDrop(telemetry, { stage: 'infer', reason, cameraId: clip.cameraId })

  const close = async () => {
    load.close()
    batcher.close()
    await Promise.all(lanes.map((lane) => lane.close()))
  }

  return {
    bundle,
    contract,
    get strideScale() {
      return load.scale
    },
    opened: Promise.all(lanes.map(({ opened }) => opened)).then(() => {}),
    async infer(clip) {
      checkClip(clip, contract)
      if (turns && !turns.admits(clipSource(clip), load.scale, clock.monoMs())) {
        drop(clip, 'stream_turn')
        return null
      }
      load.offered()
      const answer = batcher.offer(clip)
      telemetry.gauge('vireo_infer_queue_clips', { model }, batcher.waiting)
      return answer
    },
    status: () => ({
      name: model,
      version: bundle.version,
      kind: bundle.kind,
      ready: lanes.some(({ ready }) => ready),
      providers: config.providers,
      workers: lanes.map((lane) => lane.status()),
      intraOpThreads: threads.intraOpThreads,
      precision,
      strideScale: load.scale,
      queuedClips: batcher.waiting,
      failedClips: totals.failed,
      batches: {
        count: totals.batches,
        meanClips: totals.clips / Math.max(1, totals.batches),
        meanRunMs: totals.runMs / Math.max(1, totals.batches),
      },
    }),
    async retire() {
      const late = Promise.withResolvers<void>()
      const cancel = clock.after(retirePatienceMs, late.resolve)
      await Promise.race([batcher.drained(), late.promise])
      cancel()
      await close()
    },
    close,
  }
}

/** A clip that does not fit would shift every other clip of its batch. */
function checkClip(clip: Clip, contract: ModelContract): void {
  const { kind, frames, widthPx, heightPx, name } = contract
  const bytes = frameBytes(contract)
  const pictures = seesPictures(contract)
  const content = clipContent(clip)
  const parts = pictures ? frames : 1
  const wanted = pictures ? bytes : frames * bytes
  const wrong = content.find(({ length }) => length !== wanted)
  const right =
    (kind === 'audio') === (clip.sound !== undefined) && (kind === 'skeleton') === (clip.bodies !== undefined)
  if (content.length === parts && !wrong && right) return
  const given = wrong ? `a part of ${wrong.length} bytes` : `${clip.frames.length} frames`
  const asked = pictures
    ? `${frames} frames of ${widthPx}x${heightPx} rgb24 (${bytes} bytes)`
    : `${frames} ${kind === 'audio' ? 'samples of sound' : 'moments of bodies'}`
  throw new AppError(
    'BUG_UNEXPECTED',
    `camera ${clip.cameraId}: a clip with ${given} was given to model ${name}, which wants ${asked}`,
  )
}
