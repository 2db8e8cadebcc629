import { join } from 'node:path'
import type { Bundle } from '../../src/bundle/bundle-schema.ts'
import { writeBundle } from '../../src/bundle/write-bundle.ts'
import type { EngineModel } from '../../src/infer/engine-model.ts'
import { createGraphBuilder, type GraphBuilder } from '../../src/onnx/graph-builder.ts'
import { tempDir } from '../support/temp-dir.ts'

/** Element type FLOAT of Cast. */
export const toFloat = { to: 1 }
export const labelNames = ['empty', 'walk', 'fall']

export interface TestModel {
  readonly name: string
  readonly frames: number
  readonly widthPx: number
  readonly heightPx: number
  /** Builds from uint8 `clips`, declares its outputs, and returns the states. */
  readonly build: (graph: GraphBuilder, clips: string) => Bundle['states']
  readonly kind?: 'clip' | 'stream'
  readonly activation?: Bundle['output']['activation']
  readonly warmupClips?: number
}

/** Writes a bundle for a test and returns its configuration. */
export async function writeTestModel(
  model: TestModel,
  changes: Partial<EngineModel> = {},
): Promise<EngineModel> {
  const {
    name,
    frames,
    widthPx,
    heightPx,
    build,
    kind = 'clip',
    activation = 'softmax',
    warmupClips = 0,
  } = model
  const graph = createGraphBuilder({ name })
  const clips = graph.input('clips', 'uint8', ['N', frames, heightPx, widthPx, 3])
  const states = build(graph, clips)
  const path = join(tempDir('infer'), name)
  await writeBundle(
    path,
    {
      name,
      version: '1.0.0',
      kind,
      description: 'For a test.',
      temporal: { frames, sampleFps: 8, strideFrames: frames },
      input: { name: 'clips', widthPx, heightPx },
      output: { name: 'scores', activation },
      states,
      warmupClips,
      labels: labelNames.map((label) => ({ name: label, threshold: 0.5, background: label === 'empty' })),
      graph: 'model.onnx',
      license: 'Apache-2.0',
      parent: null,
      dataset: null,
      metrics: {},
    },
    { 'model.onnx': graph.model() },
  )
  return {
    name,
    path,
    providers: ['cpu'],
    workers: 1,
    intraOpThreads: 1,
    maxBatch: 8,
    deadlineMs: 20,
    ...changes,
  }
}

/** Logits that depend on every byte of a clip and on its place. */
export function linearModel(name: string, seed = 1): TestModel {
  const size = { frames: 4, widthPx: 16, heightPx: 12 }
  const values = size.frames * size.widthPx * size.heightPx * 3
  return {
    name,
    ...size,
    build(graph, clips) {
      const weights = Float32Array.from(
        { length: values * 3 },
        (_, n) => Math.sin((n + 1) * seed * 12.9898) * 0.002,
      )
      const flat = graph.op('Flatten', [graph.op('Cast', [clips], toFloat)])
      graph.output('scores', graph.op('MatMul', [flat, graph.f32(weights, [values, 3])]), 'float32', ['N', 3])
      return []
    },
  }
}

/** A stream whose output is the sum of the mean colours of all tubelets since its reset. */
export function summingModel(name: string, warmupClips = 0): TestModel {
  return {
    name,
    frames: 2,
    widthPx: 8,
    heightPx: 8,
    kind: 'stream',
    activation: 'none',
    warmupClips,
    build(graph, clips) {
      const sum = graph.input('sum', 'float32', ['N', 3])
      const mean = graph.op('ReduceMean', [graph.op('Cast', [clips], toFloat), graph.i64([1, 2, 3])], {
        keepdims: 0,
      })
      const next = graph.op('Add', [sum, mean])
      graph.output('scores', next, 'float32', ['N', 3])
      graph.output('sum_next', graph.op('Identity', [next]), 'float32', ['N', 3])
      return [{ input: 'sum', output: 'sum_next', shape: [3] }]
    },
  }
}
