import { decodeSchema } from '../../src/bundle/decode-schema.ts'
import { writeBundle } from '../../src/bundle/write-bundle.ts'
import { keypointNames } from '../../src/core/pose.ts'
import { createGraphBuilder } from '../../src/onnx/graph-builder.ts'

/**
 * A real detector of people with keypoints whose answer is known beforehand: one person in the middle of the picture
 * whose keypoints all lie as far down as the picture is bright.
 */
export async function writeBodiesBundle(dir: string): Promise<void> {
  const [widthPx, heightPx] = [64, 36]
  const graph = createGraphBuilder({ name: 'bodies' })
  const frames = graph.input('frames', 'uint8', ['N', 1, heightPx, widthPx, 3])
  const mean = graph.op('ReduceMean', [graph.op('Cast', [frames], { to: 1 }), graph.i64([1, 2, 3, 4])], {
    keepdims: 0,
  })
  const brightness = graph.op('Reshape', [graph.op('Div', [mean, graph.f32([255])]), graph.i64([-1, 1])])
  // Of each keypoint y, x and score; then y1, x1, y2, x2 and the score of the person.
  const points = keypointNames.map((_, n) => [0, 0.4 + n * 0.01, 0.9])
  const still = graph.f32([...points.flat(), 0.1, 0.35, 0.9, 0.65, 0.9], [56])
  const moving = graph.f32([...points.flatMap(() => [1, 0, 0]), 0, 0, 0, 0, 0], [56])
  const row = graph.op('Add', [graph.op('Mul', [brightness, moving]), still])
  graph.output('people', graph.op('Reshape', [row, graph.i64([-1, 1, 56])]), 'float32', ['N', 1, 56])
  await writeBundle(
    dir,
    {
      name: 'bodies',
      version: '1.0.0',
      kind: 'detector',
      description: 'One person, as low as the picture is bright, for tests.',
      temporal: { frames: 1, sampleFps: 10, strideFrames: 1 },
      input: { name: 'frames', widthPx, heightPx },
      output: { name: 'people', activation: 'none' },
      states: [],
      warmupClips: 0,
      decode: decodeSchema.parse({ head: 'movenet', shape: [1, 56], nmsIou: null }),
      labels: [{ name: 'person', threshold: 0.3, background: false }],
      graph: 'model.onnx',
      license: 'Apache-2.0',
      parent: null,
      dataset: null,
      metrics: {},
    },
    { 'model.onnx': graph.model() },
  )
}
