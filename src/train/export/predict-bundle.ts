import { readFile } from 'node:fs/promises'
import type { LoadedBundle } from '../../bundle/load-bundle.ts'
import { applyActivation } from '../../core/activation.ts'
import { AppError } from '../../core/errors.ts'
import { createSession } from '../../onnx/create-session.ts'
import { Tensor } from '../../onnx/onnx-runtime.ts'
import type { ClipSource } from '../data/clip-source.ts'
import type { LatencyFigures } from '../evaluate/evaluate.ts'
import type { Prediction } from '../evaluate/prediction.ts'
import { openBundlePlayer } from './bundle-player.ts'
import { labelIndices, viewStarts } from './predict.ts'

/**
 * What a bundle says of every labelled item, as it would serve: scores after its activation, averaged over
 * `viewsPerItem` clips. `labels` gives the order of the result; a label that the bundle lacks gets 0.
 *
 * @param options.source with the size and rate of the bundle's clips
 * @throws AppError MODEL_CONTRACT for a bundle that does not score clips or wants others, TRAIN_LABEL, TRAIN_STOPPED
 */
export async function predictBundle(options: {
  loaded: LoadedBundle
  source: ClipSource
  labels: readonly string[]
  viewsPerItem: number
  threads: number
  signal?: AbortSignal
}): Promise<Prediction[]> {
  const { loaded, source, labels, viewsPerItem, threads, signal } = options
  const { bundle, graphPath, dir } = loaded
  const { frames, sampleFps } = bundle.temporal
  const { widthPx, heightPx } = bundle.input
  if (bundle.kind !== 'clip' && bundle.kind !== 'stream')
    throw new AppError(
      'MODEL_CONTRACT',
      `${dir}: is of kind ${bundle.kind}; only clip and stream bundles score clips`,
    )
  if (widthPx !== source.widthPx || heightPx !== source.heightPx || sampleFps !== source.sampleFps)
    throw new AppError(
      'MODEL_CONTRACT',
      `${dir}: wants ${widthPx}x${heightPx} at ${sampleFps}/s, the footage is ${source.widthPx}x${source.heightPx} at ${source.sampleFps}/s`,
    )
  const truths = labelIndices(source, labels)
  const columns = labels.map((label) => bundle.labels.findIndex(({ name }) => name === label))
  // A stream is scored over its whole memory.
  const span = frames * (bundle.kind === 'stream' ? bundle.warmupClips + 1 : 1)
  const player = await openBundlePlayer({ bundle, graph: await readFile(graphPath), threads })
  try {
    const predictions: Prediction[] = []
    for (const [item, { id, group, frameCount }] of source.items.entries()) {
      if (truths[item]! < 0) continue
      if (signal?.aborted) throw new AppError('TRAIN_STOPPED', 'the evaluation was stopped before its end')
      const starts = viewStarts(frameCount, span, viewsPerItem)
      const videos = starts.map((start) => {
        const video = new Uint8Array(span * widthPx * heightPx * 3)
        source.read(item, start, span, video)
        return video
      })
      const probabilities = (await player.score(videos)).at(-1)!.slice()
      applyActivation(probabilities, bundle.labels.length, bundle.output.activation)
      const mean = new Float32Array(labels.length)
      for (let view = 0; view < starts.length; view += 1)
        columns.forEach((column, label) => {
          if (column >= 0)
            mean[label]! += probabilities[view * bundle.labels.length + column]! / starts.length
        })
      predictions.push({ id, group, truth: truths[item]!, probabilities: mean })
    }
    return predictions
  } finally {
    await player.close()
  }
}

/** Times of bundles for one clip on one thread, in turns, so that a busy machine hurts them alike. */
export async function measureLatencies(
  bundles: readonly LoadedBundle[],
  rounds = 21,
): Promise<LatencyFigures[]> {
  const players: { call(): Promise<unknown>; close(): Promise<void> }[] = []
  try {
    for (const loaded of bundles) players.push(await openCalls(loaded))
    const times = players.map((): number[] => [])
    for (let round = 0; round < rounds + 2; round += 1)
      for (const [at, player] of players.entries()) {
        const startedMs = performance.now()
        await player.call()
        if (round >= 2) times[at]!.push(performance.now() - startedMs)
      }
    return times.map((list) => {
      const sorted = list.toSorted((a, b) => a - b)
      const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!
      return { p50Ms: at(0.5), p95Ms: at(0.95), conditions: 'cpu, 1 thread, 1 clip' }
    })
  } finally {
    await Promise.all(players.map((player) => player.close()))
  }
}

/** One clip of a bundle, again and again: nothing but black, or nobody. */
async function openCalls({ bundle, graphPath }: LoadedBundle) {
  const graph = await readFile(graphPath)
  if (bundle.kind !== 'skeleton') {
    const player = await openBundlePlayer({ bundle, graph, threads: 1 })
    return {
      call: () => player.score([new Uint8Array(player.callBytes)]),
      close: () => player.close(),
    }
  }
  const session = await createSession(graph, { threads: 1 })
  const shape = [1, bundle.temporal.frames, 2, 17, 3]
  const bodies = new Tensor('float32', new Float32Array(shape.reduce((a, b) => a * b)), shape)
  return { call: () => session.run({ [bundle.input.name]: bodies }), close: () => session.release() }
}
