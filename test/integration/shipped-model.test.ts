import { join } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { loadBundle } from '../../src/bundle/load-bundle.ts'
import { createClipSampler } from '../../src/simulate/clip-sampler.ts'
import { averagePrecision, labelScores } from '../../src/train/evaluate/multi-label-metrics.ts'

const dir = join(import.meta.dirname, '../../models/actions')
const clips = 320

describe('the model that ships', () => {
  it('is a small, complete bundle', async () => {
    const { bundle, contract } = await loadBundle(dir)
    expect(bundle.files.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(5e6)
    expect(bundle.files.map(({ path }) => path)).toContain('README.md')
    expect(contract.labels).toEqual(['walking', 'running', 'falling', 'lying', 'fighting', 'waving'])
  })

  it.each([
    ['check', 'train', 4_000_001],
    ['holdout', 'holdout', 5_000_001],
  ] as const)(
    'recognises scenes of other seeds about as well as its card says: %s',
    async (name, styleSet, seed) => {
      const { bundle, graphPath } = await loadBundle(dir)
      const { widthPx, heightPx } = bundle.input
      const { frames, sampleFps } = bundle.temporal
      const labels = bundle.labels.map((label) => label.name)
      const sampler = createClipSampler({ seed, styleSet, frames, sampleFps, widthPx, heightPx, labels })
      const session = await InferenceSession.create(graphPath)
      const size = clips * labels.length
      const all = {
        scores: new Float32Array(size),
        target: new Float32Array(size),
        weight: new Float32Array(size),
      }
      for (let n = 0; n < clips; n += 1) {
        const clip = sampler.next()
        const input = new Tensor('uint8', clip.frames, [1, frames, heightPx, widthPx, 3])
        const result = await session.run({ [bundle.input.name]: input })
        all.scores.set(result[bundle.output.name]!.data as Float32Array, n * labels.length)
        all.target.set(clip.target, n * labels.length)
        all.weight.set(clip.weight, n * labels.length)
      }
      await session.release()
      const mean =
        labels.reduce((sum, _, label) => sum + averagePrecision(labelScores(all, label, labels.length)), 0) /
        labels.length
      expect(mean).toBeGreaterThan(bundle.metrics[`${name}.meanAveragePrecision`]! - 0.12)
    },
  )
})
