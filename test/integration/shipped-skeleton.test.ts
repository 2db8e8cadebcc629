import { join } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { makeSkeletonBatch } from '../../pipelines/train/skeleton-batch.ts'
import { loadBundle } from '../../src/bundle/load-bundle.ts'
import { skeletonLabels } from '../../src/simulate/motion/skeleton-labels.ts'

const dir = join(import.meta.dirname, '../../models/skeleton')
const count = 600

describe('the model of skeletons that ships', () => {
  it('is a small, complete bundle with the labels of the simulator', async () => {
    const { bundle, contract } = await loadBundle(dir)
    expect(bundle).toMatchObject({ kind: 'skeleton', trainedOn: 'simulated', license: 'Apache-2.0' })
    expect(bundle.files.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(1.1e6)
    expect(bundle.files.map(({ path }) => path)).toContain('README.md')
    expect(contract.labels).toEqual(skeletonLabels)
    // Life as it is never alerts by itself.
    expect(bundle.labels.find(({ name }) => name === 'walking')).toMatchObject({ background: true })
    expect(bundle.labels.find(({ name }) => name === 'falling')).toMatchObject({ background: false })
  })

  it('recognises simulated people of other seeds about as well as its card says', async () => {
    const { bundle, graphPath } = await loadBundle(dir)
    const { frames, sampleFps } = bundle.temporal
    const recipe = { seed: 77_000_001, batch: count, frames, sampleFps, labelSmoothing: 0 }
    const { clips, target } = makeSkeletonBatch(recipe, 0)
    const session = await InferenceSession.create(graphPath)
    const input = new Tensor('float32', clips, [count, frames, 2, 17, 3])
    const { [bundle.output.name]: output } = await session.run({ [bundle.input.name]: input })
    await session.release()
    const best = (values: Float32Array, row: number) => {
      const part = values.subarray(row * skeletonLabels.length, (row + 1) * skeletonLabels.length)
      return part.indexOf(part.reduce((most, value) => Math.max(most, value)))
    }
    const right = Array.from({ length: count }, (_, row) => row).filter(
      (row) => best(output!.data as Float32Array, row) === best(target, row),
    )
    expect(right.length / count).toBeGreaterThan(bundle.metrics['test.accuracy']! - 0.06)
  })
})
