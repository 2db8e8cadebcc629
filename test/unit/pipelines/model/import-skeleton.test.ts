import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { importSkeleton } from '../../../../pipelines/model/import-skeleton.ts'
import { loadBundle } from '../../../../src/bundle/load-bundle.ts'
import { planSkeletonImport } from '../../../../src/cli/model/plan-skeleton-import.ts'
import type { GivenValues } from '../../../../src/cli/model/plan-sound-import.ts'
import { checkGraphFile } from '../../../../src/infer/check-graph-file.ts'
import { createGraphBuilder, type GraphBuilder } from '../../../../src/onnx/graph-builder.ts'
import { tempDir } from '../../../support/temp-dir.ts'

const folder = tempDir('import-skeleton')

type Feature = (graph: GraphBuilder, bodies: string) => string

/** Spread of the keypoints across over their spread down: nothing that depends on place or size. */
const shapeOfBody: Feature = (graph, bodies) => {
  const spread = (column: number) => {
    const of = graph.op('Slice', [
      bodies,
      graph.i64([0, column]),
      graph.i64([1, column + 1]),
      graph.i64([2, 4]),
    ])
    const axes = graph.i64([1, 2, 3, 4])
    const most = graph.op('ReduceMax', [of, axes], { keepdims: 0 })
    return graph.op('Sub', [most, graph.op('ReduceMin', [of, axes], { keepdims: 0 })])
  }
  return graph.op('Div', [spread(0), graph.op('Add', [spread(1), graph.f32([0.001])])])
}
/** Where the body is in the picture. */
const place: Feature = (graph, bodies) =>
  graph.op('ReduceMean', [bodies, graph.i64([1, 2, 3, 4])], { keepdims: 0 })

function fileOf(name: string, feature: Feature, { shape = ['N', 20, 2, 17, 3] as (number | string)[] } = {}) {
  const graph = createGraphBuilder({ name })
  const bodies = graph.input('keypoints', 'float32', shape)
  const column = graph.op('Unsqueeze', [feature(graph, bodies), graph.i64([1])])
  const scores = graph.op('Concat', [column, graph.op('Neg', [column])], { axis: 1 })
  graph.output('logits', scores, 'float32', [shape[0]!, 2])
  const file = join(folder, `${name}.onnx`)
  writeFileSync(file, graph.model())
  return file
}
const planned = (file: string, values: Partial<GivenValues> = {}) =>
  planSkeletonImport(file, {
    name: 'actions',
    out: join(folder, `out-${Math.random()}`),
    labels: 'wide,tall',
    license: 'MIT',
    modelVersion: '1.2.0',
    description: '',
    ...values,
  } as GivenValues)

describe('vireo model import --kind skeleton', () => {
  it('makes a bundle that can be served of a graph that centres and scales', async () => {
    const plan = planned(fileOf('good', shapeOfBody), { background: ['tall'] })
    const result = await importSkeleton(plan)
    expect(result).toMatchObject({ name: 'actions', version: '1.2.0', batch: 'free', warnings: [] })
    const loaded = await loadBundle(plan.outDir)
    await checkGraphFile(loaded)
    expect(loaded.bundle).toMatchObject({
      kind: 'skeleton',
      temporal: { frames: 20, sampleFps: 10, strideFrames: 5 },
      input: { name: 'bodies', widthPx: 1, heightPx: 1 },
      output: { activation: 'softmax' },
      labels: [
        { name: 'wide', background: false },
        { name: 'tall', background: true },
      ],
    })
    await expect(importSkeleton(plan)).rejects.toThrow(/a bundle is there already; --force/)
  })

  it('lifts a fixed batch of one, and takes the length of windows where the graph leaves it open', async () => {
    const fixed = planned(fileOf('fixed', shapeOfBody, { shape: [1, 20, 2, 17, 3] }))
    expect((await importSkeleton(fixed)).batch).toBe('lifted')
    const open = fileOf('open', shapeOfBody, { shape: ['N', 'T', 2, 17, 3] })
    await expect(importSkeleton(planned(open))).rejects.toThrow(/--frames: is required/)
    const plan = planned(open, { frames: 12, fps: 5, stride: 6 })
    await importSkeleton(plan)
    expect((await loadBundle(plan.outDir)).bundle.temporal).toEqual({
      frames: 12,
      sampleFps: 5,
      strideFrames: 6,
    })
  })

  it('warns of a graph whose scores depend on where in the picture somebody is', async () => {
    const { warnings } = await importSkeleton(planned(fileOf('placed', place)))
    expect(warnings.join()).toMatch(/has to centre and scale bodies by itself/)
  })

  it.each([
    ['other numbers', shapeOfBody, { shape: ['N', 20, 17, 3] }, {}, /takes float32 \[N, T, 2, 17, 3\]/],
    [
      'windows of another length',
      shapeOfBody,
      {},
      { frames: 30 },
      /--frames 30: the graph takes windows of 20/,
    ],
    [
      'the same scores whatever is there',
      (graph: GraphBuilder, bodies: string) => graph.op('Mul', [place(graph, bodies), graph.f32([0])]),
      {},
      {},
      /gives the same scores for nobody, and bodies that stand, walk, fall and fight/,
    ],
    [
      'no number where nobody is',
      (graph: GraphBuilder, bodies: string) => graph.op('Log', [place(graph, bodies)]),
      {},
      {},
      /gives NaN or infinite scores/,
    ],
    [
      'a label too many',
      shapeOfBody,
      {},
      { labels: 'a,b,c' },
      /output "logits" gives 2 scores, and there are 3 labels/,
    ],
    ['no probabilities', shapeOfBody, {}, { activation: 'none' as const }, /so they are not probabilities/],
    ['a background that is none', shapeOfBody, {}, { background: ['x'] }, /--background x: is not one of/],
  ])('refuses %s', async (name, feature, made, values, message) => {
    const file = fileOf(name.replaceAll(' ', '-'), feature, made)
    await expect(importSkeleton(planned(file, values))).rejects.toThrow(message)
  })

  it('refuses options of pictures, and names those that are missing', () => {
    expect(() => planned('x.onnx', { size: [8, 8] })).toThrow(
      /--size: a model of kind skeleton sees no pictures/,
    )
    const none = { license: 'MIT', modelVersion: '1', description: '' } as GivenValues
    expect(() => planSkeletonImport('x.onnx', none)).toThrow(/--name, --out, --labels/)
  })
})
