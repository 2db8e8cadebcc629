import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import { startLiveSystem } from '../../../pipelines/live-system.ts'
import { writeBundle } from '../../../src/bundle/write-bundle.ts'
import { parseConfig } from '../../../src/config/load.ts'
import { systemClock } from '../../../src/core/clock.ts'
import type { Telemetry } from '../../../src/core/telemetry-port.ts'
import { createTelemetry } from '../../../src/telemetry/create-telemetry.ts'
import { initialWeights, layOut } from '../../../src/train/autodiff/parameters.ts'
import { createFrameCnn } from '../../../src/train/models/frame-cnn.ts'
import { buildServingGraph } from '../../../src/train/step/step-graph.ts'
import { startKafka } from '../../support/kafka-broker.ts'
import { testVideo } from '../../support/test-video.ts'
import { type BenchOptions, quantile, rounded } from '../report.ts'

const sizes = {
  full: { trial: { cameras: 8, ms: 8000 }, mostCameras: 64, warmUpMs: 8000, measureMs: 25_000 },
  smoke: { trial: { cameras: 2, ms: 1000 }, mostCameras: 3, warmUpMs: 1500, measureMs: 1500 },
}
const wantedLoad = 0.7

export interface Latency {
  readonly cameras: number
  readonly load: number
  readonly clipsPerS: number
  readonly inferP95Ms: number
  readonly ackP50Ms: number
  readonly ackP95Ms: number
  readonly ackP99Ms: number
  readonly eventLoopP99Ms: number
  readonly acknowledged: number
}

/**
 * The whole live path with a real broker at 70 % load: every clip raises a step of an alert, so every clip's way
 * from its last frame to Kafka's acknowledgement is timed. The load is set by the number of cameras.
 */
export async function measureLatency({ log, smoke }: BenchOptions): Promise<Latency> {
  const { trial: first, mostCameras, warmUpMs, measureMs } = smoke ? sizes.smoke : sizes.full
  const folder = mkdtempSync(join(tmpdir(), 'vireo-bench-live-'))
  const broker = await startKafka()
  try {
    const model = join(folder, 'model')
    await writeModel(model)
    const video = await testVideo({ name: 'test', widthPx: 320, heightPx: 180, seconds: 10 })
    const run = (cameras: number, ms: number) =>
      runLive({ folder, model, video, cameras, ms, warmUpMs, broker: broker.brokers[0]! })
    const trial = await run(first.cameras, first.ms)
    const cameras = Math.max(2, Math.min(mostCameras, Math.round((first.cameras * wantedLoad) / trial.load)))
    log(
      `${first.cameras} cameras load the worker by ${(trial.load * 100).toFixed(0)} %; measuring with ${cameras}`,
    )
    return await run(cameras, measureMs)
  } finally {
    await broker.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function runLive(options: {
  folder: string
  model: string
  video: string
  cameras: number
  ms: number
  warmUpMs: number
  broker: string
}): Promise<Latency> {
  const { folder, model, video, cameras, ms, warmUpMs, broker } = options
  const dataDir = join(folder, `data-${cameras}-${ms}`)
  const config = parseConfig(
    `version: 1
dataDir: ${dataDir}
cameras:
${Array.from({ length: cameras }, (_, n) => `  - { id: camera-${n}, url: ${video}, loop: true, motion: { enabled: false } }`).join('\n')}
models: [{ name: bench, path: ${model}, intraOpThreads: 1, maxBatch: 8, deadlineMs: 10 }]
alerts:
  defaults: { updateEveryMs: 0 }
  rules: [{ name: every-clip, label: a, onThreshold: 0, offThreshold: 0 }]
kafka: { brokers: ["${broker}"], partitions: 4 }
http: { port: 0 }
`,
    { file: 'bench' },
  )
  const telemetry = createTelemetry({ level: 'silent' })
  const runs: number[] = []
  const acks: number[] = []
  let counting = false
  const watched: Telemetry = {
    ...telemetry,
    observe(metric, labels, value) {
      telemetry.observe(metric, labels, value)
      if (!counting) return
      if (metric === 'vireo_infer_run_seconds') runs.push(value * 1000)
      if (metric === 'vireo_event_latency_seconds' && Object.values(labels)[0] === 'ack')
        acks.push(value * 1000)
    },
  }
  const system = await startLiveSystem({
    config,
    telemetry: { ...telemetry, ...watched },
    spawn,
    clock: systemClock,
    random: Math.random,
  })
  await wait(warmUpMs)
  const loop = monitorEventLoopDelay({ resolution: 1 })
  loop.enable()
  counting = true
  await wait(ms)
  counting = false
  loop.disable()
  await system.close()
  telemetry.close()
  return {
    cameras,
    load: rounded(runs.reduce((sum, value) => sum + value, 0) / ms),
    clipsPerS: rounded(acks.length / (ms / 1000)),
    inferP95Ms: rounded(quantile(runs, 0.95)),
    ackP50Ms: rounded(quantile(acks, 0.5)),
    ackP95Ms: rounded(quantile(acks, 0.95)),
    ackP99Ms: rounded(quantile(acks, 0.99)),
    eventLoopP99Ms: rounded(loop.percentile(99) / 1e6),
    acknowledged: acks.length,
  }
}

/** A network of the size of the one that ships, with random weights: what it says does not matter here. */
async function writeModel(dir: string): Promise<void> {
  const clip = { frames: 8, heightPx: 96, widthPx: 160 }
  const model = createFrameCnn({ clip, labels: ['a'], widths: [24, 48, 64, 96], mixed: 192 })
  let state = 1
  const normal = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 31 - 1
  }
  await writeBundle(
    dir,
    {
      name: 'bench',
      version: '1.0.0',
      kind: 'clip',
      description: 'Random weights, for a benchmark.',
      temporal: { frames: clip.frames, sampleFps: 8, strideFrames: 2 },
      input: { name: 'clips', widthPx: clip.widthPx, heightPx: clip.heightPx },
      output: { name: 'logits', activation: 'sigmoid' },
      states: [],
      warmupClips: 0,
      labels: [{ name: 'a', threshold: 0.5, background: false }],
      graph: 'model.onnx',
      license: 'Apache-2.0',
      parent: null,
      dataset: null,
      metrics: {},
    },
    { 'model.onnx': buildServingGraph(model, initialWeights(layOut(model.parameters), normal)) },
  )
}
