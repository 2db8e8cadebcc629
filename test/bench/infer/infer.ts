import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { Subject } from 'rxjs'
import { clipWindow } from '../../../src/clip/clip-window.ts'
import { systemClock } from '../../../src/core/clock.ts'
import type { Frame } from '../../../src/core/frame.ts'
import type { EngineModel } from '../../../src/infer/engine-model.ts'
import { createInferenceEngine, type InferenceEngine } from '../../../src/infer/inference-engine.ts'
import { planThreads } from '../../../src/infer/plan-threads.ts'
import { motionGate } from '../../../src/motion/motion-gate.ts'
import { createTelemetry } from '../../../src/telemetry/create-telemetry.ts'
import { type BenchOptions, type BenchReport, bar, machine, median, rounded } from '../report.ts'
import type { BarePlan } from './bare-loop.ts'
import { createRandom, writeBenchModel } from './bench-model.ts'

const cameras = 16
const maxBatch = 8
const sizes = {
  full: { warmUpMs: 1000, rounds: 15, roundMs: 2000, liveMs: 20_000 },
  smoke: { warmUpMs: 100, rounds: 1, roundMs: 400, liveMs: 1500 },
}
const fps = 8

/**
 * Clips per second of the engine, saturated by 16 cameras, against a bare loop over the same session in a worker
 * thread (same graph, batch and threads), in turns; and the delay of the main thread's event loop meanwhile and while
 * 16 cameras push frames at 8 fps through motion gate and clip window.
 */
export async function run({ log, smoke }: BenchOptions): Promise<BenchReport> {
  const { warmUpMs, rounds, roundMs, liveMs } = smoke ? sizes.smoke : sizes.full
  // Whatever else the machine does falls on one side or the other of a round.
  const loadBefore = loadavg()[0]!
  const dir = mkdtempSync(join(tmpdir(), 'vireo-bench-infer-'))
  const { loaded, mflopPerClip } = await writeBenchModel(join(dir, 'bench'))
  const config: EngineModel = {
    name: 'bench',
    path: loaded.dir,
    providers: ['cpu'],
    workers: 1,
    intraOpThreads: Math.max(1, Math.floor(availableParallelism() / 2)),
    maxBatch,
    deadlineMs: 50,
  }
  const telemetry = createTelemetry({ level: 'silent' })
  const engine = await createInferenceEngine({ models: [config], clock: systemClock, telemetry })
  const [threads] = planThreads([config], availableParallelism())
  const { frames, widthPx, heightPx } = loaded.contract
  const bare = await startBareLoop({
    graphPath: loaded.graphPath,
    shape: [maxBatch, frames, heightPx, widthPx, 3],
    ...threads!,
  })
  try {
    await saturate(engine, warmUpMs)
    await bare.run(warmUpMs)
    const before = engine.describe()[0]!.batches
    const ratios: number[] = []
    const speeds = { engine: [] as number[], bare: [] as number[] }
    let saturatedDelayMs = 0
    for (let round = 1; round <= rounds; round += 1) {
      // Who goes first changes, so that a machine that grows slower or faster favours nobody.
      const engineFirst = round % 2 === 1
      const early = engineFirst ? null : await bare.run(roundMs)
      const own = await saturate(engine, roundMs)
      const other = early ?? (await bare.run(roundMs))
      saturatedDelayMs = Math.max(saturatedDelayMs, own.delayP99Ms)
      speeds.engine.push(own.clipsPerSecond)
      speeds.bare.push(other)
      ratios.push(own.clipsPerSecond / other)
      log(
        `round ${round}/${rounds}: engine ${own.clipsPerSecond.toFixed(1)} clips/s, bare ${other.toFixed(1)}, ${ratios.at(-1)!.toFixed(3)}`,
      )
    }
    const after = engine.describe()[0]!.batches
    const clips = after.meanClips * after.count - before.meanClips * before.count
    const live = await pushFrames(engine, liveMs)
    log(
      `16 cameras at 8 fps: p99 ${live.delayP99Ms.toFixed(2)} ms, ${live.scored} of ${live.clips} clips scored`,
    )
    return {
      bench: 'infer',
      machine: machine(),
      figures: {
        mflopPerClip: rounded(mflopPerClip),
        loadBefore: rounded(loadBefore),
        intraOpThreads: config.intraOpThreads,
        meanBatch: rounded(clips / (after.count - before.count)),
        engineClipsPerSecond: rounded(median(speeds.engine)),
        bareClipsPerSecond: rounded(median(speeds.bare)),
        lowestRatio: rounded(Math.min(...ratios)),
        saturatedEventLoopDelayP99Ms: rounded(saturatedDelayMs),
        liveClips: live.clips,
        liveClipsScored: live.scored,
      },
      bars: [
        bar(
          'engine clips/s ÷ bare loop clips/s (median of paired rounds)',
          rounded(median(ratios)),
          '>=',
          0.95,
        ),
        bar('event-loop delay p99 with 16 cameras at 8 fps, ms', rounded(live.delayP99Ms), '<=', 20),
        bar(
          'event-loop delay p99 with 16 cameras, saturated (worst round), ms',
          rounded(saturatedDelayMs),
          '<=',
          20,
        ),
        bar('share of the clips scored with 16 cameras at 8 fps', rounded(live.scored / live.clips), '>=', 1),
      ],
    }
  } finally {
    await Promise.all([engine.close(), bare.close()])
    telemetry.close()
    rmSync(dir, { recursive: true, force: true })
  }
}

async function startBareLoop(plan: BarePlan) {
  const worker = new Worker(new URL('./bare-loop.ts', import.meta.url), { workerData: plan })
  await once(worker, 'message')
  return {
    async run(durationMs: number): Promise<number> {
      worker.postMessage(durationMs)
      const [clipsPerSecond] = (await once(worker, 'message')) as [number]
      return clipsPerSecond
    },
    async close() {
      worker.postMessage(0)
      await once(worker, 'exit')
    },
  }
}

/** Every camera always has two clips at the engine, so that there is always a full batch. */
async function saturate(engine: InferenceEngine, durationMs: number) {
  const model = engine.contract('bench')
  const delay = monitorEventLoopDelay({ resolution: 1 })
  const random = createRandom(11)
  const pools = Array.from({ length: cameras }, (_, camera) =>
    Array.from({ length: model.frames }, (_, seq) => noiseFrame({ camera, seq, random })),
  )
  let scored = 0
  let lastMs = 0
  let running = true
  const feed = async (camera: number) => {
    const frames = pools[camera]!
    const first = frames[0]!
    const last = frames.at(-1)!
    while (running) {
      const scores = await engine.infer({
        cameraId: first.cameraId,
        epoch: 1,
        modelName: 'bench',
        frames,
        firstPtsUs: first.ptsUs,
        lastPtsUs: last.ptsUs,
        firstArrivalMs: first.arrivalMs,
        lastArrivalMs: last.arrivalMs,
        lastArrivalMonoMs: last.arrivalMonoMs,
      })
      if (!scores || !running) continue
      scored += 1
      lastMs = performance.now()
    }
  }
  const feeds = pools.flatMap((_, camera) => [feed(camera), feed(camera)])
  delay.enable()
  const startMs = performance.now()
  await wait(durationMs)
  running = false
  // Up to the end of the last whole batch, as in the bare loop.
  const clipsPerSecond = scored / ((lastMs - startMs) / 1000)
  delay.disable()
  await Promise.all(feeds)
  return { clipsPerSecond, delayP99Ms: delay.percentile(99) / 1e6 }
}

/** Sixteen cameras at 8 fps, each frame with bytes of its own, spread over the frame's period. */
async function pushFrames(engine: InferenceEngine, liveMs: number) {
  const model = engine.contract('bench')
  const telemetry = createTelemetry({ level: 'silent' })
  const delay = monitorEventLoopDelay({ resolution: 1 })
  const random = createRandom(13)
  let clips = 0
  let scored = 0
  const answers: Promise<unknown>[] = []
  const sources = Array.from({ length: cameras }, () => {
    const source = new Subject<Frame>()
    source
      .pipe(
        motionGate({ enabled: true, threshold: 0.004, holdMs: 3000 }),
        clipWindow({ model, strideScale: () => engine.strideScale('bench'), telemetry }),
      )
      .subscribe((clip) => {
        clips += 1
        const answer = engine.infer(clip).then((scores) => {
          if (scores) scored += 1
        })
        answers.push(answer)
      })
    return source
  })
  const picture = noiseFrame({ camera: 0, seq: 0, random }).data
  const stepMs = 1000 / fps / cameras
  const startMs = performance.now()
  delay.enable()
  for (let step = 0; step < (liveMs / 1000) * fps * cameras; step += 1) {
    const dueMs = startMs + step * stepMs
    if (dueMs > performance.now()) await wait(dueMs - performance.now())
    const camera = step % cameras
    const seq = Math.floor(step / cameras)
    const data = picture.slice()
    // Something moves: a stripe of another brightness.
    data.fill(seq % 2 === 0 ? 250 : 5, 0, data.length / 4)
    sources[camera]!.next(noiseFrame({ camera, seq, random, data }))
  }
  delay.disable()
  await Promise.all(answers)
  telemetry.close()
  return { clips, scored, delayP99Ms: delay.percentile(99) / 1e6 }
}

function noiseFrame(options: {
  camera: number
  seq: number
  random: () => number
  data?: Uint8Array
}): Frame {
  const { camera, seq, random } = options
  const sidePx = 112
  return {
    cameraId: `camera-${camera}`,
    epoch: 1,
    seq,
    ptsUs: (seq * 1e6) / fps,
    arrivalMs: Date.now(),
    arrivalMonoMs: performance.now(),
    widthPx: sidePx,
    heightPx: sidePx,
    data: options.data ?? Uint8Array.from({ length: sidePx * sidePx * 3 }, () => random() * 256),
  }
}
