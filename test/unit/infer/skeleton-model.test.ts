import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { parseBundle } from '../../../src/bundle/parse-bundle.ts'
import { writeBundle } from '../../../src/bundle/write-bundle.ts'
import type { Clip } from '../../../src/core/clip.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { noTelemetry } from '../../../src/core/telemetry-port.ts'
import { createInferenceEngine, knowsOnlySimulated } from '../../../src/infer/inference-engine.ts'
import { createGraphBuilder } from '../../../src/onnx/graph-builder.ts'
import { skeletonWindow } from '../../../src/skeleton/skeleton-window.ts'
import { writeBrightnessBundle } from '../../support/brightness-bundle.ts'
import { writeSkeletonBundle } from '../../support/skeleton-bundle.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { sampleBundle } from '../bundle/sample-bundle.ts'
import { bodyAt, times } from '../skeleton/bodies.ts'
import { sampleClip } from './sample-clip.ts'

let folder: string
beforeAll(async () => {
  folder = tempDir('skeleton')
  await writeSkeletonBundle(join(folder, 'skeleton'))
  await writeBrightnessBundle(join(folder, 'brightness'), { widthPx: 8, heightPx: 8 })
})

const engineOf = (path: string, maxBatch = 8) =>
  createInferenceEngine({
    models: [
      {
        name: 'bodies',
        path,
        providers: ['cpu'],
        workers: 1,
        intraOpThreads: 1,
        maxBatch,
        deadlineMs: 20,
        allowSimulated: false,
      },
    ],
    clock: systemClock,
    telemetry: noTelemetry,
  })

/** A still person whose hips are at this height: 100 is `low` 1. */
function seen(cameraId: string, hipsPx: number, others: readonly number[] = []): Clip {
  const still = (x: number) =>
    times(20, 100_000, 100_000).map((ptsUs) => bodyAt(ptsUs, x, { y: hipsPx - 21 }))
  const values = skeletonWindow(still(0), others.map(still), { endPtsUs: 2e6, frames: 20, sampleFps: 10 })!
  return {
    ...sampleClip({ cameraId, modelName: 'bodies' }),
    trackId: 'a',
    frames: [],
    bodies: new Uint8Array(values.buffer),
  }
}

describe('a model of skeletons', () => {
  it('scores people of several cameras in one batch, each as its own, with whom is near', async () => {
    const engine = await engineOf(join(folder, 'skeleton'))
    const clips = [20, 80, 50, 80, 20].map((px, n) => seen(`camera-${n}`, px, n === 2 ? [60] : []))
    const answers = await Promise.all(clips.map((clip) => engine.infer(clip)))
    expect(answers.map((scores) => Math.round(scores!.values[0]! * 100))).toEqual([20, 80, 50, 80, 20])
    expect(answers.map((scores) => scores!.values[1])).toEqual([1, 1, 0, 1, 1])
    expect(answers[3]).toMatchObject({ cameraId: 'camera-3', trackId: 'a', labels: ['low', 'alone'] })
    const { batches, kind } = engine.describe()[0]!
    expect(kind).toBe('skeleton')
    expect(batches.count).toBeLessThan(5)
    await engine.close()
  })

  it('refuses what is no window of its length, and gives none to a model of pictures', async () => {
    const engine = await engineOf(join(folder, 'skeleton'))
    const clip = seen('gate', 50)
    await expect(engine.infer({ ...clip, bodies: clip.bodies!.slice(4) })).rejects.toThrow(
      /a part of 8156 bytes was given to model bodies, which wants 20 moments of bodies/,
    )
    await expect(engine.infer(sampleClip({ modelName: 'bodies' }))).rejects.toThrow(/20 moments of bodies/)
    const { bodies, ...rest } = clip
    await expect(engine.infer({ ...rest, sound: bodies! })).rejects.toThrow(/20 moments of bodies/)
    await engine.close()
    const pictures = await engineOf(join(folder, 'brightness'))
    await expect(pictures.infer(clip)).rejects.toThrow(/which wants 4 frames of 8x8/)
    await pictures.close()
  })

  it('is refused when its graph takes other numbers', async () => {
    const graph = createGraphBuilder({ name: 'flat' })
    const bodies = graph.input('bodies', 'float32', ['N', 20, 34, 3])
    const mean = graph.op('ReduceMean', [bodies, graph.i64([1, 2, 3])], { keepdims: 0 })
    graph.output('scores', graph.op('Unsqueeze', [mean, graph.i64([1])]), 'float32', ['N', 1])
    const bundle = sampleBundle({
      kind: 'skeleton',
      temporal: { frames: 20, sampleFps: 10, strideFrames: 5 },
      input: { name: 'bodies', widthPx: 1, heightPx: 1 },
      labels: [{ name: 'falling', threshold: 0.5, background: false }],
    })
    await writeBundle(join(folder, 'flat'), bundle, { 'model.onnx': graph.model() })
    await expect(engineOf(join(folder, 'flat'))).rejects.toThrow(
      /"bodies" float32 \[N, 20, 2, 17, 3\].*"bodies" float32 \[N, 20, 34, 3\]/,
    )
  })

  it('that learned from simulated skeletons alone is meant for real people', () => {
    expect(knowsOnlySimulated({ kind: 'skeleton', trainedOn: 'simulated' })).toBe(false)
    expect(knowsOnlySimulated({ kind: 'clip', trainedOn: 'simulated' })).toBe(true)
    expect(knowsOnlySimulated({ kind: 'clip' } as never)).toBe(false)
  })
})

describe('bundle.json of a model of skeletons', () => {
  const skeleton = {
    formatVersion: 1,
    ...sampleBundle({
      kind: 'skeleton',
      temporal: { frames: 20, sampleFps: 10, strideFrames: 5 },
      input: { name: 'bodies', widthPx: 1, heightPx: 1 },
    }),
    files: [{ path: 'model.onnx', sha256: '0'.repeat(64), bytes: 1 }],
  }
  it('is accepted', () => {
    expect(parseBundle(skeleton, 'b.json')).toMatchObject({ kind: 'skeleton' })
  })

  it.each([
    [{ temporal: { frames: 20, sampleFps: 61, strideFrames: 5 } }, /sampleFps: must be at most 60/],
    [{ temporal: { frames: 1025, sampleFps: 10, strideFrames: 5 } }, /frames: must be at most 1024/],
    [{ input: { name: 'in', widthPx: 64, heightPx: 1 } }, /input.widthPx: must be 1 for kind skeleton/],
    [{ kind: 'clip' }, /input.heightPx: must be at least 8 for kind clip/],
    [{ warmupClips: 1 }, /warmupClips: must be 0 for kind skeleton/],
    [{ anomaly: { places: 4 } }, /anomaly: must be absent for kind skeleton/],
    [{ floatGraph: 'model.onnx' }, /floatGraph: must be absent for kind skeleton/],
  ])('is refused with %j', (changes, message) => {
    expect(() => parseBundle({ ...skeleton, ...changes }, 'b.json')).toThrow(message)
  })
})
