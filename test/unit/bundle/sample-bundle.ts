import type { Bundle } from '../../../src/bundle/bundle-schema.ts'
import { createGraphBuilder } from '../../../src/onnx/graph-builder.ts'

export type NewBundle = Omit<Bundle, 'files' | 'formatVersion'>

/** A small valid clip bundle; tests change one field of it. */
export function sampleBundle(changes: Partial<NewBundle> = {}): NewBundle {
  return {
    name: 'actions',
    version: '1.2.0',
    kind: 'clip',
    description: 'Falls and fights.',
    temporal: { frames: 8, sampleFps: 8, strideFrames: 4 },
    input: { name: 'clips', widthPx: 64, heightPx: 48 },
    output: { name: 'scores', activation: 'softmax' },
    states: [],
    warmupClips: 0,
    labels: [
      { name: 'nothing', threshold: 1, background: true },
      { name: 'fall', threshold: 0.6, background: false },
    ],
    graph: 'model.onnx',
    license: 'Apache-2.0',
    parent: null,
    dataset: null,
    metrics: { accuracy: 0.9 },
    ...changes,
  }
}

/** A graph that is read and refers to nothing; it fits no contract. */
function sampleGraph(): Uint8Array {
  const graph = createGraphBuilder({ name: 'sample' })
  graph.output('scores', graph.op('Identity', [graph.input('clips', 'float32', ['N', 2])]), 'float32', [
    'N',
    2,
  ])
  return graph.model()
}

export const sampleFiles = { 'model.onnx': sampleGraph() }
