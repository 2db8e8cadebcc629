import type { Bundle } from '../../../src/bundle/bundle-schema.ts'

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

export const sampleFiles = { 'model.onnx': new Uint8Array([8, 9, 10]) }
