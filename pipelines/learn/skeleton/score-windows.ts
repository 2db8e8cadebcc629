import { readFile } from 'node:fs/promises'
import type { LoadedBundle } from '../../../src/bundle/load-bundle.ts'
import { applyActivation } from '../../../src/core/activation.ts'
import { createSession } from '../../../src/onnx/create-session.ts'
import { Tensor } from '../../../src/onnx/onnx-runtime.ts'
import type { TaughtSkeletonNet } from '../../../src/train/export/read-skeleton-net.ts'
import { createSkeletonNet } from '../../../src/train/models/skeleton-net.ts'
import { buildServingGraph } from '../../../src/train/step/step-graph.ts'
import type { ScoreWindows } from './judge-bodies.ts'

export interface WindowScorer {
  readonly score: ScoreWindows
  close(): Promise<void>
}

/** A bundle of kind skeleton, outside the engine: windows in, scores after its activation out. */
export async function createWindowScorer(
  { bundle, graphPath }: LoadedBundle,
  threads: number,
): Promise<WindowScorer> {
  const { input, output, temporal, labels } = bundle
  return openScorer(await readFile(graphPath), {
    inputName: input.name,
    outputName: output.name,
    activation: output.activation,
    frames: temporal.frames,
    labels: labels.length,
    threads,
  })
}

/**
 * The network of a bundle as it is taught, in the same labels: it looks at each window once, even where the bundle looks
 * twice, so that what is learned from it is of its own kind.
 */
export async function createNetScorer(
  { settings, weights }: TaughtSkeletonNet,
  threads: number,
): Promise<WindowScorer> {
  const graph = buildServingGraph(createSkeletonNet(settings), weights)
  return openScorer(graph, {
    inputName: 'clips',
    outputName: 'logits',
    activation: 'softmax',
    frames: settings.frames,
    labels: settings.labels.length,
    threads,
  })
}

async function openScorer(
  graph: Uint8Array,
  options: {
    inputName: string
    outputName: string
    activation: LoadedBundle['bundle']['output']['activation']
    frames: number
    labels: number
    threads: number
  },
): Promise<WindowScorer> {
  const { inputName, outputName, activation, frames, labels, threads } = options
  const session = await createSession(graph, { threads })
  return {
    async score(windows, count) {
      const fed = new Tensor('float32', windows, [count, frames, 2, 17, 3])
      const results = await session.run({ [inputName]: fed })
      const scores = (results[outputName]!.data as Float32Array).slice()
      applyActivation(scores, labels, activation)
      return scores
    },
    close: () => session.release(),
  }
}
