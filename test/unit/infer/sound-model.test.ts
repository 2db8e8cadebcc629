import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { parseBundle } from '../../../src/bundle/parse-bundle.ts'
import { writeBundle } from '../../../src/bundle/write-bundle.ts'
import type { Clip } from '../../../src/core/clip.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { noTelemetry } from '../../../src/core/telemetry-port.ts'
import { createInferenceEngine } from '../../../src/infer/inference-engine.ts'
import { createGraphBuilder } from '../../../src/onnx/graph-builder.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { tones, writeToneBundle } from '../../support/tone-bundle.ts'
import { sampleBundle } from '../bundle/sample-bundle.ts'
import { sampleClip } from './sample-clip.ts'

let folder: string
beforeAll(async () => {
  folder = tempDir('sound')
  await writeToneBundle(join(folder, 'tone'))
})

const engineOf = (path: string, maxBatch = 8) =>
  createInferenceEngine({
    models: [
      { name: 'ears', path, providers: ['cpu'], workers: 1, intraOpThreads: 1, maxBatch, deadlineMs: 20 },
    ],
    clock: systemClock,
    telemetry: noTelemetry,
  })

const heard = (cameraId: string, samples: Int16Array): Clip => ({
  ...sampleClip({ cameraId, modelName: 'ears' }),
  frames: [],
  sound: new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength),
})
const loud = tones(1, [[0, 1]]).slice(0, 8000)
const silent = new Int16Array(8000)

describe('a model of sound', () => {
  it('scores the windows of several cameras in one batch, each as its own', async () => {
    const engine = await engineOf(join(folder, 'tone'))
    const sounds = Array.from({ length: 6 }, (_, n) => (n % 2 === 0 ? loud : silent))
    const answers = await Promise.all(sounds.map((sound, n) => engine.infer(heard(`camera-${n}`, sound))))
    expect(answers.map((scores) => scores!.values[0])).toEqual([1, 0, 1, 0, 1, 0])
    expect(answers[3]).toMatchObject({ cameraId: 'camera-3', modelName: 'ears', labels: ['tone'] })
    const { batches, kind } = engine.describe()[0]!
    expect(kind).toBe('audio')
    expect(batches.count).toBeLessThan(6)
    await engine.close()
  })

  it('refuses what is no window of its length', async () => {
    const engine = await engineOf(join(folder, 'tone'))
    await expect(engine.infer(heard('gate', new Int16Array(7999)))).rejects.toThrow(
      /a part of 15998 bytes was given to model ears, which wants 8000 samples of sound/,
    )
    await expect(engine.infer(sampleClip({ modelName: 'ears' }))).rejects.toThrow(/8000 samples of sound/)
    await engine.close()
  })

  it('is refused when its graph takes pictures', async () => {
    const graph = createGraphBuilder({ name: 'pictures' })
    const clips = graph.input('clips', 'uint8', ['N', 8000])
    const mean = graph.op('ReduceMean', [graph.op('Cast', [clips], { to: 1 }), graph.i64([1])], {
      keepdims: 1,
    })
    graph.output('scores', mean, 'float32', ['N', 1])
    const bundle = sampleBundle({
      kind: 'audio',
      temporal: { frames: 8000, sampleFps: 16_000, strideFrames: 4000 },
      input: { name: 'clips', widthPx: 1, heightPx: 1 },
      labels: [{ name: 'tone', threshold: 0.5, background: false }],
    })
    await writeBundle(join(folder, 'pictures'), bundle, { 'model.onnx': graph.model() })
    await expect(engineOf(join(folder, 'pictures'))).rejects.toThrow(
      /"clips" int16 \[N, 8000\].*"clips" uint8/,
    )
  })
})

describe('bundle.json of a model of sound', () => {
  const sound = {
    formatVersion: 1,
    ...sampleBundle({
      kind: 'audio',
      temporal: { frames: 15_600, sampleFps: 16_000, strideFrames: 8000 },
      input: { name: 'clips', widthPx: 1, heightPx: 1 },
    }),
    files: [{ path: 'model.onnx', sha256: '0'.repeat(64), bytes: 1 }],
  }
  it('is accepted', () => {
    expect(parseBundle(sound, 'b.json')).toMatchObject({ kind: 'audio' })
  })

  it.each([
    [
      { temporal: { frames: 15_600, sampleFps: 8000, strideFrames: 8000 } },
      /temporal.sampleFps: must be 16000/,
    ],
    [
      { temporal: { frames: 960_001, sampleFps: 16_000, strideFrames: 1 } },
      /temporal.frames: must be at most 960000/,
    ],
    [{ input: { name: 'clips', widthPx: 64, heightPx: 1 } }, /input.widthPx: must be 1 for kind audio/],
    [{ kind: 'clip' }, /temporal.frames: must be at most 1024 for kind clip/],
    [{ kind: 'clip' }, /input.heightPx: must be at least 8 for kind clip/],
    [{ warmupClips: 1 }, /warmupClips: must be 0 for kind audio/],
    [{ anomaly: { places: 4 } }, /anomaly: must be absent for kind audio/],
  ])('is refused with %j', (changes, message) => {
    expect(() => parseBundle({ ...sound, ...changes }, 'b.json')).toThrow(message)
  })
})
