import { writeBundle } from '../../src/bundle/write-bundle.ts'
import { keypoint } from '../../src/core/pose.ts'
import { createGraphBuilder } from '../../src/onnx/graph-builder.ts'

export interface SkeletonChanges {
  readonly version?: string
  /** Height of the picture in which `low` is 1. */
  readonly heightPx?: number
  readonly threshold?: number
  readonly frames?: number
}

/**
 * A real bundle of kind skeleton whose answer is known beforehand: `low` is how far down in the picture the hips of the
 * person are, on the mean over the window, 0–1; `alone` is 1 where nobody else is near.
 */
export async function writeSkeletonBundle(dir: string, changes: SkeletonChanges = {}): Promise<void> {
  const { version = '1.0.0', heightPx = 100, threshold = 0.6, frames = 20 } = changes
  const graph = createGraphBuilder({ name: 'skeleton' })
  const bodies = graph.input('bodies', 'float32', ['N', frames, 2, 17, 3])
  const numbers = (from: number[], to: number[]) =>
    graph.op('Slice', [bodies, graph.i64(from), graph.i64(to), graph.i64([2, 3, 4])])
  const axes = graph.i64([1, 2, 3, 4])
  const hips = numbers([0, keypoint.leftHip, 1], [1, keypoint.rightHip + 1, 2])
  const mean = graph.op('ReduceMean', [hips, axes], { keepdims: 0 })
  const share = graph.op('Div', [mean, graph.f32([heightPx])])
  const low = graph.op('Clip', [share, graph.f32([0]), graph.f32([1])])
  const scores = numbers([1, 0, 2], [2, 17, 3])
  const other = graph.op('ReduceMax', [scores, axes], { keepdims: 0 })
  const alone = graph.op('Sub', [graph.f32([1]), graph.op('Ceil', [other])])
  const columns = [low, alone].map((score) => graph.op('Unsqueeze', [score, graph.i64([1])]))
  graph.output('scores', graph.op('Concat', columns, { axis: 1 }), 'float32', ['N', 2])
  await writeBundle(
    dir,
    {
      name: 'skeleton',
      version,
      kind: 'skeleton',
      description: 'How low hips are, for tests.',
      temporal: { frames, sampleFps: 10, strideFrames: 5 },
      input: { name: 'bodies', widthPx: 1, heightPx: 1 },
      output: { name: 'scores', activation: 'none' },
      states: [],
      warmupClips: 0,
      labels: [
        { name: 'low', threshold, background: false },
        { name: 'alone', threshold: 1, background: true },
      ],
      graph: 'model.onnx',
      license: 'Apache-2.0',
      trainedOn: 'simulated',
      parent: null,
      dataset: null,
      metrics: {},
    },
    { 'model.onnx': graph.model() },
  )
}
