import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadBundle } from '../../../../src/bundle/load-bundle.ts'
import { exportBundles } from '../../../../src/train/export/export-bundle.ts'
import { quantizeBundle } from '../../../../src/train/export/quantize-bundle.ts'
import { tempDir } from '../../../support/temp-dir.ts'
import { noise, tinyTransformer } from '../tiny-transformer.ts'

let dir = ''
beforeAll(async () => {
  dir = tempDir('quantize')
  const { model, weights } = tinyTransformer()
  await exportBundles({
    model,
    weights,
    card: {
      name: 'tiny',
      version: '1.0.0',
      description: 'Random weights.',
      labels: model.labels.map((name) => ({ name, threshold: 0.5 })),
      activation: 'softmax',
      sampleFps: 8,
      license: 'Apache-2.0',
      parent: null,
      dataset: null,
      metrics: { 'holdout.top1': 0.5 },
    },
    outDir: dir,
  })
})
afterAll(() => rm(dir, { recursive: true }))

const normal = noise(21)
const videos = Array.from({ length: 3 }, () =>
  Uint8Array.from({ length: 16 * 16 * 24 * 3 }, () => Math.max(0, Math.min(255, 128 + 40 * normal()))),
)

describe('quantizeBundle', () => {
  it.each(['clip', 'stream'] as const)(
    'writes 8-bit copies of a %s bundle with what they cost',
    async (kind) => {
      for (const [mode, version] of [
        ['dynamic', '1.0.0-int8'],
        ['static', '1.0.0-int8s'],
      ] as const) {
        const outDir = join(dir, `${kind}-${mode}`)
        const labelled = videos.map((video, label) => ({ video, label }))
        const { loaded, report, measured } = await quantizeBundle({
          bundleDir: join(dir, kind),
          outDir,
          mode,
          calibration: videos,
          labelled,
          leastWeights: 200,
          threads: 1,
        })
        expect(report.converted.length).toBeGreaterThan(20)
        const { bundle } = await loadBundle(outDir)
        expect(bundle).toEqual(loaded.bundle)
        expect(bundle).toMatchObject({
          kind,
          version,
          parent: 'tiny@1.0.0',
          metrics: { 'holdout.top1': 0.5, 'quantize.bytesAfter': report.bytesAfter },
          floatGraph: 'float.onnx',
        })
        expect(bundle.metrics['quantize.checkChange']).toBeLessThan(0.05)
        expect(measured.largestChange).toBeGreaterThan(0)
        expect(measured.largestChange).toBeLessThan(0.1)
        expect(measured.agreement).toBeGreaterThan(0.8)
        expect(measured.top1Before).not.toBeNull()
        expect(bundle.metrics['quantize.speedup']).toBeGreaterThan(0)
      }
    },
  )

  it('refuses to calibrate on nothing, and to quantise twice', async () => {
    const options = { bundleDir: join(dir, 'clip'), outDir: join(dir, 'none'), threads: 1 }
    await expect(quantizeBundle({ ...options, mode: 'static' })).rejects.toMatchObject({ code: 'TRAIN_DATA' })
    const outDir = join(dir, 'once')
    await quantizeBundle({ ...options, outDir, mode: 'dynamic', leastWeights: 200 })
    await expect(quantizeBundle({ ...options, bundleDir: outDir, mode: 'dynamic' })).rejects.toMatchObject({
      code: 'MODEL_GRAPH',
    })
  })
})
