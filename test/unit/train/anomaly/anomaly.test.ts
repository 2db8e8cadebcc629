import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anomalyScores } from '../../../../pipelines/live/anomaly-scores.ts'
import type { LoadedBundle } from '../../../../src/bundle/load-bundle.ts'
import type { Scores } from '../../../../src/core/clip.ts'
import { noTelemetry } from '../../../../src/core/telemetry-port.ts'
import { createGraphBuilder } from '../../../../src/onnx/graph-builder.ts'
import { calibrateAnomaly } from '../../../../src/train/anomaly/anomaly.ts'
import {
  type AnomalyCalibration,
  anomalyScore,
  learnNormal,
} from '../../../../src/train/anomaly/anomaly-calibration.ts'
import { calibrationPath, graphSha256, readCalibration } from '../../../../src/train/anomaly/anomaly-store.ts'
import { exportAnomalyBundle } from '../../../../src/train/anomaly/export-anomaly.ts'
import { frozenParameters, initialWeights, layOut } from '../../../../src/train/autodiff/parameters.ts'
import { createTape } from '../../../../src/train/autodiff/tape.ts'
import { nextPrediction } from '../../../../src/train/self/next-prediction.ts'
import { tempDir } from '../../../support/temp-dir.ts'
import { createFakeClock } from '../../infer/fake-clock.ts'
import { noise, tinyTransformer } from '../tiny-transformer.ts'

const { model, weights } = tinyTransformer()
const next = nextPrediction(model, { batch: 1 })
const decoder = { parameters: next.parameters, weights: initialWeights(layOut(next.parameters), noise(6)) }
const card = {
  name: 'unusual',
  version: '1.0.0',
  description: 'Random weights.',
  sampleFps: 8,
  license: 'Apache-2.0',
  parent: null,
  dataset: null,
  metrics: {},
}
const frame = 16 * 24 * 3

let dir = ''
let loaded: LoadedBundle
beforeAll(async () => {
  dir = tempDir('anomaly')
  loaded = await exportAnomalyBundle({ model, weights, decoder, card, outDir: join(dir, 'bundle') })
})
afterAll(() => rm(dir, { recursive: true }))

const flicker = (frames: number, seed: number) => {
  const normal = noise(seed)
  return Uint8Array.from({ length: frames * frame }, () => Math.max(0, Math.min(255, 128 + 40 * normal())))
}

describe('the anomaly bundle', () => {
  it('has one label and the states that foreseeing needs', () => {
    expect(loaded.bundle).toMatchObject({
      kind: 'stream',
      anomaly: { places: 6 },
      labels: [{ name: 'anomaly', threshold: 0.9999, background: false }],
      states: [{ shape: [3, 16] }, { shape: [96] }],
      warmupClips: 3,
    })
  })

  it('gives the error of the prediction that pretraining makes of the same tubelet', async () => {
    const graph = createGraphBuilder({ name: 'foresee' })
    const tape = createTape(graph)
    const clips = graph.input('clips', 'uint8', [1, 8, 16, 24, 3])
    const all = new Map([
      ...frozenParameters(tape, weights, layOut(model.parameters)),
      ...frozenParameters(tape, decoder.weights, layOut(decoder.parameters)),
    ])
    const { predicted, came } = next.foresee({ tape, parameters: (name) => all.get(name)! }, clips)
    const apart = graph.op('Abs', [graph.op('Sub', [predicted.name, came.name])])
    graph.output(
      'errors',
      graph.op('ReduceMean', [apart, graph.i64([3])], { keepdims: 0 }),
      'float32',
      [1, 3, 6],
    )
    const whole = await InferenceSession.create(graph.model(), { logSeverityLevel: 3 })
    const stream = await InferenceSession.create(loaded.graphPath)
    const video = flicker(14, 2)
    let memory = new Tensor('float32', new Float32Array(48), [1, 3, 16])
    let features = new Tensor('float32', new Float32Array(96), [1, 96])
    for (let call = 0; call < 7; call += 1) {
      const pixels = video.slice(call * 2 * frame, (call + 1) * 2 * frame)
      const feeds = { clips: new Tensor('uint8', pixels, [1, 2, 16, 24, 3]), memory, features }
      const result = await stream.run(feeds)
      memory = result.memory_next as typeof memory
      features = result.features_next as typeof features
      if (call < 3) continue
      const window = video.slice((call - 3) * 2 * frame, (call + 1) * 2 * frame)
      const wanted = await whole.run({ clips: new Tensor('uint8', window, [1, 8, 16, 24, 3]) })
      const last = (wanted.errors!.data as Float32Array).subarray(12)
      for (const [place, error] of (result.errors!.data as Float32Array).entries())
        expect(Math.abs(error - last[place]!)).toBeLessThan(1e-4)
    }
    await Promise.all([whole.release(), stream.release()])
  })

  it('needs a decoder that was trained to foresee', async () => {
    const other = { parameters: decoder.parameters.slice(1), weights: decoder.weights }
    await expect(
      exportAnomalyBundle({ model, weights, decoder: other, card, outDir: join(dir, 'none') }),
    ).rejects.toMatchObject({ code: 'TRAIN_EXPORT' })
  })
})

describe('calibration', () => {
  const about = { camera: 'gate', graphSha256: 'x', model: { name: 'unusual', version: '1.0.0' } }
  const normal = noise(11)
  /** Place 0 is restless, place 1 calm, the others are between. */
  const row = () => Float32Array.from({ length: 32 }, (_, place) => 0.3 + scaleOf(place) * Math.abs(normal()))
  const scaleOf = (place: number) => (place === 0 ? 0.3 : place === 1 ? 0.005 : 0.05)
  const rows = Array.from({ length: 4000 }, row)
  const calibration = learnNormal(rows, about)

  it('gives normal tubelets scores that are spread evenly', () => {
    const scores = Array.from({ length: 4000 }, () => anomalyScore(calibration, row()))
    for (const share of [0.5, 0.9, 0.99]) {
      const above = scores.filter((score) => score > share).length / scores.length
      expect(above).toBeGreaterThan((1 - share) * 0.6)
      expect(above).toBeLessThan((1 - share) * 1.6)
    }
  })

  it('judges each place by what is normal there', () => {
    const at = (place: number) => {
      const errors = new Float32Array(32).fill(0.3)
      errors[place] = 0.7
      return anomalyScore(calibration, errors)
    }
    expect(at(0)).toBeLessThan(0.99)
    expect(at(1)).toBeGreaterThan(0.9999)
  })

  it('rises with the error and never reaches beyond 1', () => {
    const scores = [0, 0.3, 0.4, 0.6, 1, 3, 1e6].map((error) =>
      anomalyScore(calibration, new Float32Array(32).fill(error)),
    )
    expect(scores).toEqual(scores.toSorted((a, b) => a - b))
    expect(scores[0]).toBe(0)
    expect(scores.at(-1)).toBeLessThanOrEqual(1)
  })

  it('bears footage in which nothing ever happens', () => {
    const still = learnNormal(
      Array.from({ length: 400 }, () => new Float32Array(32).fill(0.1)),
      about,
    )
    expect(anomalyScore(still, new Float32Array(32).fill(0.1))).toBeLessThan(0.96)
    expect(anomalyScore(still, new Float32Array(32).fill(0.9))).toBeGreaterThan(0.999)
  })
})

describe('calibrateAnomaly and anomalyScores', () => {
  const answer = (errors: Float32Array, modelVersion = '1.0.0'): Scores => ({
    cameraId: 'gate',
    epoch: 1,
    modelName: 'configured',
    modelVersion,
    labels: ['anomaly'],
    values: errors,
    firstPtsUs: 0,
    lastPtsUs: 1,
    firstArrivalMs: 0,
    lastArrivalMs: 1,
    lastArrivalMonoMs: 1,
  })

  it('withholds scores until the camera is calibrated, says so once, and then gives them without a restart', async () => {
    const { clock, pass } = createFakeClock()
    const warnings: string[] = []
    const dropped: string[] = []
    const telemetry = {
      ...noTelemetry,
      count: (metric: string, labels: Record<string, string>) =>
        void dropped.push(`${metric} ${labels.reason}`),
      log: { ...noTelemetry.log, warn: (_: object, text: string) => void warnings.push(text) },
    }
    const read = anomalyScores({
      cameraId: 'gate',
      engine: { bundle: () => loaded.bundle },
      dir: join(dir, 'data'),
      clock,
      telemetry,
    })
    const errors = new Float32Array(6).fill(5)
    expect([read(answer(errors)), read(answer(errors))]).toEqual([null, null])
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(/there is none/)
    expect(dropped).toEqual(Array(2).fill('vireo_drops_total uncalibrated'))

    const { calibration, path } = await calibrateAnomaly({
      bundleDir: loaded.dir,
      cameraId: 'gate',
      videos: [flicker(900, 3)],
      dir: join(dir, 'data'),
      threads: 1,
    })
    expect(calibration.tubelets).toBe(450 - 3)
    expect(path).toBe(join(dir, 'data', 'unusual@1.0.0', 'gate.json'))
    expect(await readdir(join(dir, 'data', 'unusual@1.0.0'))).toEqual(['gate.json'])
    expect(read(answer(errors))).toBeNull()
    await pass(60_000)
    const scores = read(answer(errors))!
    expect(scores.values).toHaveLength(1)
    expect(scores.values[0]).toBeGreaterThan(0.999)
    expect(scores.labels).toEqual(['anomaly'])
    // Another version is another model.
    expect(read(answer(errors, '1.1.0'))).toBeNull()
    expect(warnings).toHaveLength(2)
  })

  it('passes scores of other models as they are', () => {
    const { anomaly: _, ...bundle } = loaded.bundle
    const read = anomalyScores({
      cameraId: 'gate',
      engine: { bundle: () => bundle },
      dir,
      clock: createFakeClock().clock,
      telemetry: noTelemetry,
    })
    const scores = answer(Float32Array.of(0.4))
    expect(read(scores)).toBe(scores)
  })

  it('refuses footage that is too short, and says why a file cannot be used', async () => {
    const options = { bundleDir: loaded.dir, cameraId: 'gate', dir: join(dir, 'short'), threads: 1 }
    await expect(calibrateAnomaly({ ...options, videos: [flicker(100, 3)] })).rejects.toMatchObject({
      code: 'TRAIN_DATA',
    })
    const path = calibrationPath(join(dir, 'data'), loaded.bundle, 'gate')
    const sha = graphSha256(loaded.bundle)
    expect((readCalibration(path, sha) as AnomalyCalibration).camera).toBe('gate')
    expect(readCalibration(path, 'other')).toBe('it was made with another graph')
    await writeFile(path, (await readFile(path, 'utf8')).slice(0, 100))
    expect(readCalibration(path, sha)).toBe('it is damaged')
  })
})
