import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadBundle } from '../../src/bundle/load-bundle.ts'
import { systemClock } from '../../src/core/clock.ts'
import { createInferenceEngine } from '../../src/infer/inference-engine.ts'
import { knownPrecision } from '../../src/infer/precision/judge-precision.ts'
import { createClipStream } from '../../src/simulate/clip-stream.ts'
import { createTelemetry } from '../../src/telemetry/create-telemetry.ts'
import { initialWeights, layOut } from '../../src/train/autodiff/parameters.ts'
import { exportBundles } from '../../src/train/export/export-bundle.ts'
import { quantizeBundle, quantizeModes } from '../../src/train/export/quantize-bundle.ts'
import { presets } from '../../src/train/models/presets.ts'
import { createVideoTransformer } from '../../src/train/models/video-transformer.ts'
import { tempDir } from '../support/temp-dir.ts'
import { noise } from '../unit/train/tiny-transformer.ts'

const labels = ['walking', 'running', 'falling', 'lying', 'fighting', 'waving']
let dir = ''
beforeAll(async () => {
  dir = tempDir('quantize')
})
afterAll(() => rm(dir, { recursive: true }))

/** Clips of simulated people, uint8 [frames, H, W, 3] each. */
async function simulated(clip: { frames: number; heightPx: number; widthPx: number }, count: number) {
  const stream = createClipStream({
    ...clip,
    sampleFps: 8,
    labels,
    batch: count,
    styleSet: 'train',
    seed: 5,
    focus: 'events',
  })
  const { clips } = await stream.next()
  await stream.close()
  const length = clips.length / count
  return Array.from({ length: count }, (_, n) => clips.slice(n * length, (n + 1) * length))
}

describe('quantised bundles', () => {
  it.each(quantizeModes)('the nano preset in mode %s stays close, and the engine runs it', async (mode) => {
    const model = createVideoTransformer({ ...presets.nano, labels })
    const layout = layOut(
      model.parameters.map((spec) => (spec.name === 'head.weight' ? { ...spec, deviation: 0.3 } : spec)),
    )
    const { stream } = await exportBundles({
      model,
      weights: initialWeights(layout, noise(7)),
      card: {
        name: 'nano',
        version: '1.0.0',
        description: 'Random weights.',
        labels: labels.map((name) => ({ name, threshold: 0.5 })),
        activation: 'softmax',
        sampleFps: 8,
        license: 'Apache-2.0',
        parent: null,
        dataset: null,
        metrics: {},
      },
      outDir: join(dir, 'nano'),
    })
    const outDir = join(dir, `nano-${mode}`)
    const { report, measured, loaded } = await quantizeBundle({
      bundleDir: stream!.dir,
      outDir,
      mode,
      calibration: await simulated(model.clip, 12),
      threads: 2,
    })
    const share = report.bytesAfter / report.bytesBefore
    expect(share).toBeLessThan(mode === 'fp16' ? 0.55 : 0.3)
    // Weights have 7 bits; those of this model are random, and its logits far apart.
    expect(measured.meanChange).toBeLessThan(0.035)
    expect(measured.agreement).toBeGreaterThan(0.8)
    const telemetry = createTelemetry({ level: 'silent' })
    const engine = await createInferenceEngine({
      models: [
        {
          name: 'nano',
          path: loaded.dir,
          providers: ['cpu'],
          workers: 1,
          intraOpThreads: 1,
          maxBatch: 1,
          deadlineMs: 0,
        },
      ],
      clock: systemClock,
      telemetry,
      cacheDir: join(dir, 'cache'),
    })
    expect(engine.describe()[0]).toMatchObject({ ready: true, version: loaded.bundle.version })
    // Measured where it serves: as exact as stated, whatever the processor; how fast it is decides.
    const { precision } = engine.describe()[0]!
    expect(precision!.change).toBeLessThanOrEqual(precision!.allowedChange)
    expect(precision!.serves).toBe(precision!.speedup >= 1.05 ? 'quantised' : 'float')
    expect(await knownPrecision(loaded, join(dir, 'cache'))).toEqual(precision)
    await engine.close()
    telemetry.close()
  })

  it('the shipped convolutional model in 8 bits gives nearly the same probabilities', async () => {
    const bundleDir = join(import.meta.dirname, '../../models/actions')
    const { bundle } = await loadBundle(bundleDir)
    if (bundle.kind !== 'clip') return
    const { frames } = bundle.temporal
    const { widthPx, heightPx } = bundle.input
    const { measured, report } = await quantizeBundle({
      bundleDir,
      outDir: join(dir, 'actions'),
      mode: 'static',
      calibration: await simulated({ frames, widthPx, heightPx }, 24),
      threads: 2,
    })
    expect(report.converted.length).toBeGreaterThan(4)
    expect(measured.meanChange).toBeLessThan(0.02)
    expect(measured.agreement).toBeGreaterThan(0.85)
  })
})
