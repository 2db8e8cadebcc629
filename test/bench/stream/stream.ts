import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LoadedBundle, loadBundle } from '../../../src/bundle/load-bundle.ts'
import { writeBundle } from '../../../src/bundle/write-bundle.ts'
import { quantizeDynamic } from '../../../src/onnx/quantize/quantize-dynamic.ts'
import { initialWeights, layOut } from '../../../src/train/autodiff/parameters.ts'
import { exportBundles } from '../../../src/train/export/export-bundle.ts'
import { presets } from '../../../src/train/models/presets.ts'
import { createVideoTransformer } from '../../../src/train/models/video-transformer.ts'
import { createRandom } from '../infer/bench-model.ts'
import { type BenchOptions, type BenchReport, bar, machine, median, rounded } from '../report.ts'
import { engineCameras } from './engine-cameras.ts'
import { type Open, openGraph, rowsOf } from './sessions.ts'
import { movingVideo } from './video.ts'

const labels = ['empty', 'walking', 'running', 'falling', 'fighting']
const sampleFps = 8
const rows = 8
const sizes = {
  full: { rounds: 9, seconds: 4, engine: { cameras: 24, warmMs: 1500, measureMs: 8000 } },
  smoke: { rounds: 1, seconds: 1, engine: { cameras: 4, warmMs: 100, measureMs: 500 } },
}
/** Tubelets between two answers. */
const strides = [1, 2, 4]

/**
 * What the nano preset costs for each second of video, with random weights: as a stream that encodes every tubelet
 * once, and as overlapping windows that encode it again and again, on one thread with batches of 8 cameras. Then how
 * many cameras at 8 fps the engine serves when it does nothing else (no decoding), in float and in 8 bits.
 */
export async function run({ log, smoke }: BenchOptions): Promise<BenchReport> {
  const { rounds, seconds, engine } = smoke ? sizes.smoke : sizes.full
  const loadBefore = loadavg()[0]!
  const dir = mkdtempSync(join(tmpdir(), 'vireo-bench-stream-'))
  try {
    const { clip, stream, weights } = await writeModels(dir)
    const int8 = await writeQuantized(stream, join(dir, 'int8'))
    const videos = Array.from({ length: rows }, (_, seed) =>
      movingVideo({
        frames: (seconds + 2) * sampleFps,
        widthPx: clip.contract.widthPx,
        heightPx: clip.contract.heightPx,
        seed: seed + 1,
      }),
    )
    const open = (loaded: LoadedBundle) => openGraph(loaded.bundle, loaded.graphPath, 1)
    const sessions = { windows: await open(clip), stream: await open(stream), int8: await open(int8) }
    const { largest, spread } = await compareLogits(sessions, videos)
    log(`largest difference of a logit: ${largest.toExponential(2)}, their spread ${spread.toPrecision(3)}`)

    const cost = { windows: [] as number[][], stream: [] as number[][], int8: [] as number[][] }
    for (let round = 0; round < rounds; round += 1) {
      const own = { windows: [] as number[], stream: [] as number[], int8: [] as number[] }
      for (const stride of strides) {
        own.windows.push(
          await windowsCost(sessions.windows, sessions.stream.frames, { videos, stride, seconds }),
        )
        own.stream.push(await streamCost(sessions.stream, { videos, stride, seconds }))
        own.int8.push(await streamCost(sessions.int8, { videos, stride, seconds }))
      }
      for (const kind of ['windows', 'stream', 'int8'] as const) cost[kind].push(own[kind])
      log(
        `round ${round + 1}/${rounds}, ms for each second of video at strides ${strides.join(', ')}: windows ${list(own.windows)}, stream ${list(own.stream)}, int8 ${list(own.int8)}`,
      )
    }
    await Promise.all(Object.values(sessions).map((session) => session.close()))

    const cameras = {
      float: await engineCameras(stream, { ...engine, sampleFps, log }),
      int8: await engineCameras(int8, { ...engine, sampleFps, log }),
    }
    const at = (kind: keyof typeof cost, index: number) => median(cost[kind].map((round) => round[index]!))
    /** Median over rounds of the ratio of two costs of the same round. */
    const ratio = (a: [keyof typeof cost, number], b: [keyof typeof cost, number]) =>
      rounded(median(cost[a[0]].map((round, n) => round[a[1]]! / cost[b[0]][n]![b[1]]!)))
    const figures: Record<string, number> = {
      weights,
      loadBefore: rounded(loadBefore),
      spreadOfLogits: rounded(spread),
    }
    for (const [index, stride] of strides.entries()) {
      figures[`windowsMsPerSecondStride${stride}`] = rounded(at('windows', index))
      figures[`streamMsPerSecondStride${stride}`] = rounded(at('stream', index))
      figures[`int8MsPerSecondStride${stride}`] = rounded(at('int8', index))
    }
    const last = strides.length - 1
    figures.windowsGrowthStride4To1 = ratio(['windows', 0], ['windows', last])
    figures.int8CamerasAt8Fps = rounded(cameras.int8)
    figures.int8EngineSpeedup = rounded(cameras.int8 / cameras.float)
    return {
      bench: 'stream',
      machine: machine(),
      figures,
      bars: [
        bar(
          'windows ÷ stream, cost per second of video at a stride of one tubelet',
          ratio(['windows', 0], ['stream', 0]),
          '>=',
          4,
        ),
        bar('largest difference of a logit between stream and window', rounded(largest), '<=', 1e-4),
        bar(
          'stream, cost per second at a stride of 1 tubelet ÷ at 4',
          ratio(['stream', 0], ['stream', last]),
          '<=',
          1.15,
        ),
        bar('cameras at 8 fps by inference alone, float', rounded(cameras.float), '>=', 20),
        bar('int8 ÷ float, speed of the streaming model', ratio(['stream', 0], ['int8', 0]), '>=', 1.5),
      ],
    }
  } finally {
    rmSync(dir, { recursive: true })
  }
}

async function writeModels(dir: string) {
  const model = createVideoTransformer({ ...presets.nano, labels })
  const random = createRandom(3)
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  // The head starts almost at zero: made larger, so that logits differ as those of a trained model do.
  const weights = initialWeights(
    layOut(model.parameters.map((spec) => (spec.name === 'head.weight' ? { ...spec, deviation: 1 } : spec))),
    normal,
  )
  const { clip, stream } = await exportBundles({
    model,
    weights,
    card: {
      name: 'bench',
      version: '1.0.0',
      description: 'Random weights, for measuring.',
      labels: labels.map((name) => ({ name, threshold: 0.5, background: name === 'empty' })),
      activation: 'softmax',
      sampleFps,
      license: 'Apache-2.0',
      parent: null,
      dataset: null,
      metrics: {},
    },
    outDir: dir,
  })
  return { clip, stream: stream!, weights: weights.length }
}

async function writeQuantized({ bundle, graphPath }: LoadedBundle, dir: string): Promise<LoadedBundle> {
  const { model } = quantizeDynamic(await readFile(graphPath))
  const { files: _, formatVersion: __, ...rest } = bundle
  await writeBundle(dir, rest, { [bundle.graph]: model })
  return loadBundle(dir)
}

/** Over all windows of all videos: the largest difference, and how far logits are apart at all. */
async function compareLogits(
  { windows, stream }: { windows: Open; stream: Open },
  videos: readonly Uint8Array[],
): Promise<{ largest: number; spread: number }> {
  const [play, score] = [stream.play(rows), windows.play(rows)]
  let largest = 0
  let [lowest, highest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let end = stream.bytes; end <= videos[0]!.length; end += stream.bytes) {
    const streamed = await play(rowsOf(videos, end - stream.bytes, stream.bytes))
    if (end < windows.bytes) continue
    const whole = await score(rowsOf(videos, end - windows.bytes, windows.bytes))
    for (const [n, value] of streamed.entries()) {
      largest = Math.max(largest, Math.abs(value - whole[n]!))
      lowest = Math.min(lowest, value)
      highest = Math.max(highest, value)
    }
  }
  return { largest, spread: highest - lowest }
}

interface Plan {
  readonly videos: readonly Uint8Array[]
  readonly stride: number
  /** Of video that is played. */
  readonly seconds: number
}

/** Milliseconds for one second of one camera's video, windows that start every `stride` tubelets. */
async function windowsCost(session: Open, tubeletFrames: number, plan: Plan): Promise<number> {
  const { videos, stride, seconds } = plan
  const score = session.play(rows)
  const frame = session.bytes / session.frames
  const step = stride * tubeletFrames
  const starts = Array.from({ length: (seconds * sampleFps) / step }, (_, n) => n * step * frame)
  const batches = starts.map((start) => rowsOf(videos, start, session.bytes))
  await score(batches[0]!)
  const startMs = performance.now()
  for (const batch of batches) await score(batch)
  return (performance.now() - startMs) / seconds / rows
}

/** The same for the stream, which takes every tubelet whatever the stride of the answers that are looked at. */
async function streamCost(session: Open, { videos, stride, seconds }: Plan): Promise<number> {
  const play = session.play(rows)
  const batches = Array.from({ length: (seconds * sampleFps) / session.frames }, (_, n) =>
    rowsOf(videos, n * session.bytes, session.bytes),
  )
  await play(batches[0]!)
  const answers: number[] = []
  const startMs = performance.now()
  for (const [n, batch] of batches.entries()) {
    const logits = await play(batch)
    if (n % stride === stride - 1) answers.push(logits[0]!)
  }
  return (performance.now() - startMs) / seconds / rows
}

function list(values: readonly number[]): string {
  return values.map((value) => value.toFixed(1)).join(' ')
}
