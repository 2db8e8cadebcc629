import { type LoadedBundle, loadBundle } from '../../../src/bundle/load-bundle.ts'
import { writeBundle } from '../../../src/bundle/write-bundle.ts'
import { createGraphBuilder } from '../../../src/onnx/graph-builder.ts'

const frames = 8
const sidePx = 112
const toFloat = { to: 1 }
/** Output channels of the convolutions over each frame, 3×3 with stride 2. */
const channels = [24, 48, 64] as const
const labels = ['empty', 'walk', 'run', 'fall', 'fight']

/** A convolution for every frame, mean over time and place, a linear head; random weights by a fixed seed. */
export async function writeBenchModel(dir: string): Promise<{ loaded: LoadedBundle; mflopPerClip: number }> {
  const graph = createGraphBuilder({ name: 'bench' })
  const random = createRandom(7)
  const weights = (shape: readonly number[]) => {
    const length = shape.reduce((product, size) => product * size, 1)
    const spread = Math.sqrt(2 / (length / shape[0]!))
    return graph.f32(
      Float32Array.from({ length }, () => (random() - 0.5) * 2 * spread),
      shape,
    )
  }
  const clips = graph.input('clips', 'uint8', ['N', frames, sidePx, sidePx, 3])
  const pixels = graph.op('Div', [graph.op('Cast', [clips], toFloat), graph.f32([255])])
  // [N·T, H, W, 3] → [N·T, 3, H, W]
  const single = graph.op('Reshape', [pixels, graph.i64([-1, sidePx, sidePx, 3])])
  let x = graph.op('Transpose', [single], { perm: [0, 3, 1, 2] })
  let flop = 0
  let depth = 3
  let size = sidePx
  for (const width of channels) {
    size /= 2
    x = graph.op('Conv', [x, weights([width, depth, 3, 3])], { strides: [2, 2], pads: [1, 1, 1, 1] })
    x = graph.op('Relu', [x])
    flop += 2 * size * size * width * depth * 9 * frames
    depth = width
  }
  // [N·T, C, H, W] → [N, T, C, H·W] → [N, C]
  const grid = graph.op('Reshape', [x, graph.i64([-1, frames, depth, size * size])])
  const pooled = graph.op('ReduceMean', [grid, graph.i64([1, 3])], { keepdims: 0 })
  const scores = graph.op('MatMul', [pooled, weights([depth, labels.length])])
  graph.output('scores', scores, 'float32', ['N', labels.length])

  await writeBundle(
    dir,
    {
      name: 'bench',
      version: '1.0.0',
      kind: 'clip',
      description: 'Random weights, for measuring.',
      temporal: { frames, sampleFps: 8, strideFrames: 4 },
      input: { name: 'clips', widthPx: sidePx, heightPx: sidePx },
      output: { name: 'scores', activation: 'softmax' },
      states: [],
      warmupClips: 0,
      labels: labels.map((name) => ({ name, threshold: 0.5, background: name === 'empty' })),
      graph: 'model.onnx',
      license: 'Apache-2.0',
      parent: null,
      dataset: null,
      metrics: {},
    },
    { 'model.onnx': graph.model() },
  )
  return { loaded: await loadBundle(dir), mflopPerClip: flop / 1e6 }
}

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
