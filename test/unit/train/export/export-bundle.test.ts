import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { initialWeights, layOut } from '../../../../src/train/autodiff/parameters.ts'
import { type BundleCard, exportBundles } from '../../../../src/train/export/export-bundle.ts'
import { checkParity } from '../../../../src/train/export/export-parity.ts'
import { buildStreamGraph } from '../../../../src/train/export/export-stream.ts'
import { createFrameCnn } from '../../../../src/train/models/frame-cnn.ts'
import { buildServingGraph } from '../../../../src/train/step/step-graph.ts'
import { tempDir } from '../../../support/temp-dir.ts'
import { noise, tinyTransformer } from '../tiny-transformer.ts'

const card: BundleCard = {
  name: 'tiny',
  version: '1.0.0',
  description: 'Random weights.',
  labels: [
    { name: 'walk', threshold: 0.6 },
    { name: 'run', threshold: 0.7 },
    { name: 'nothing', threshold: 0.5, background: true },
  ],
  activation: 'softmax',
  sampleFps: 8,
  license: 'Apache-2.0',
  parent: 'tiny@0.9.0',
  dataset: 'noise',
  metrics: { 'holdout.top1': 0.5 },
}

let dir = ''
beforeAll(async () => {
  dir = tempDir('export')
})
afterAll(() => rm(dir, { recursive: true }))

describe('exportBundles', () => {
  it('writes a clip and a streaming bundle of the transformer, both true to the trainer', async () => {
    const { model, weights } = tinyTransformer()
    const { clip, stream, parity } = await exportBundles({ model, weights, card, outDir: join(dir, 'a') })
    expect(clip.bundle).toMatchObject({
      kind: 'clip',
      temporal: { frames: 8, sampleFps: 8, strideFrames: 4 },
      output: { name: 'logits', activation: 'softmax' },
      labels: [
        { name: 'walk', threshold: 0.6, background: false },
        { name: 'run', threshold: 0.7, background: false },
        { name: 'nothing', threshold: 0.5, background: true },
      ],
      parent: 'tiny@0.9.0',
      dataset: 'noise',
      metrics: { 'holdout.top1': 0.5, 'export.parity': parity.clip },
    })
    expect(stream!.bundle).toMatchObject({
      kind: 'stream',
      temporal: { frames: 2, sampleFps: 8, strideFrames: 2 },
      states: [{ input: 'memory', output: 'memory_next', shape: [3, 16] }],
      warmupClips: 3,
      metrics: { 'export.parity': parity.stream },
    })
    expect(parity.clip).toBeLessThan(1e-4)
    expect(parity.stream).toBeLessThan(1e-4)
  })

  it('writes only a clip bundle of a model that looks at whole clips', async () => {
    const labels = card.labels.map(({ name }) => name)
    const clip = { frames: 4, heightPx: 32, widthPx: 32 }
    const model = createFrameCnn({ clip, labels, widths: [4, 6, 8, 8], mixed: 12 })
    const weights = initialWeights(layOut(model.parameters), noise(3))
    const exported = await exportBundles({ model, weights, card, outDir: join(dir, 'b') })
    expect(exported.stream).toBeNull()
    expect(exported.clip.bundle.temporal).toEqual({ frames: 4, sampleFps: 8, strideFrames: 2 })
    expect(await readdir(join(dir, 'b'))).toEqual(['clip'])
  })

  it('refuses labels that the model was not trained for', async () => {
    const { model, weights } = tinyTransformer()
    const labels = card.labels.toReversed()
    await expect(
      exportBundles({ model, weights, card: { ...card, labels }, outDir: join(dir, 'c') }),
    ).rejects.toMatchObject({ code: 'TRAIN_EXPORT' })
    expect(await readdir(dir)).not.toContain('c')
  })

  it('notices a graph with other weights than the trained ones', async () => {
    const { model, weights } = tinyTransformer()
    const other = weights.map((x) => x * 1.05)
    const clipGraph = buildServingGraph(model, weights)
    const stream = { model, graph: buildStreamGraph(model, other) }
    await expect(checkParity({ model, weights, clipGraph, stream })).rejects.toMatchObject({
      code: 'TRAIN_EXPORT',
      details: { kind: 'stream' },
    })
  })
})

describe('the streaming graph', () => {
  it('gives the logits of every window of the clip model, for each row of a batch by itself', async () => {
    const { model, weights } = tinyTransformer()
    const clipSession = await InferenceSession.create(buildServingGraph(model, weights))
    const session = await InferenceSession.create(buildStreamGraph(model, weights))
    const normal = noise(9)
    const [rows, tubelets, tubelet] = [3, 7, 2 * 16 * 24 * 3]
    const videos = Array.from({ length: rows }, () =>
      Uint8Array.from({ length: tubelets * tubelet }, () => 128 + 40 * normal()),
    )
    let memory = new Tensor('float32', new Float32Array(rows * 3 * 16), [rows, 3, 16])
    for (let at = 0; at < tubelets; at += 1) {
      const pixels = Buffer.concat(videos.map((video) => video.subarray(at * tubelet, (at + 1) * tubelet)))
      const result = await session.run({
        clips: new Tensor('uint8', new Uint8Array(pixels), [rows, 2, 16, 24, 3]),
        memory,
      })
      memory = result.memory_next as typeof memory
      if (at < 3) continue
      const logits = result.logits!.data as Float32Array
      for (const [row, video] of videos.entries()) {
        const window = video.slice((at - 3) * tubelet, (at + 1) * tubelet)
        const whole = await clipSession.run({ clips: new Tensor('uint8', window, [1, 8, 16, 24, 3]) })
        for (const [label, wanted] of (whole.logits!.data as Float32Array).entries())
          expect(Math.abs(logits[row * 3 + label]! - wanted)).toBeLessThan(1e-4)
      }
    }
    await Promise.all([clipSession.release(), session.release()])
  })

  it('forgets what is older than its window', async () => {
    const { model, weights } = tinyTransformer()
    const session = await InferenceSession.create(buildStreamGraph(model, weights))
    const normal = noise(4)
    const picture = () => Uint8Array.from({ length: 2 * 16 * 24 * 3 }, () => 128 + 40 * normal())
    const [one, two, ...same] = Array.from({ length: 5 }, picture)
    const play = async (pictures: Uint8Array[]) => {
      let memory = new Tensor('float32', new Float32Array(48), [1, 3, 16])
      let logits: number[] = []
      for (const data of pictures) {
        const result = await session.run({ clips: new Tensor('uint8', data, [1, 2, 16, 24, 3]), memory })
        memory = result.memory_next as typeof memory
        logits = [...(result.logits!.data as Float32Array)]
      }
      return logits
    }
    const window = [...same, picture()]
    expect(await play([one!, ...window])).toEqual(await play([two!, ...window]))
    expect(await play([one!, ...same])).not.toEqual(await play([two!, ...same]))
    await session.release()
  })
})
