import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { makeSkeletonBatch } from '../../../../pipelines/train/skeleton-batch.ts'
import { skeletonLabels } from '../../../../src/simulate/motion/skeleton-labels.ts'
import { lookTwice } from '../../../../src/train/models/look-twice.ts'
import { createSkeletonNet } from '../../../../src/train/models/skeleton-net.ts'
import { startWeights } from '../../../../src/train/run/fine-tune.ts'
import { singleLabel } from '../../../../src/train/step/objective.ts'
import { buildServingGraph } from '../../../../src/train/step/step-graph.ts'
import { lossSlopes } from '../autodiff/check-gradients.ts'

const frames = 8
const model = createSkeletonNet({ frames, labels: skeletonLabels, width: 8, hidden: 12, dilations: [1, 2] })
const recipe = { seed: 1, batch: 6, frames, sampleFps: 10, labelSmoothing: 0 }
const numbersOf = frames * 2 * 17 * 3

async function logitsOf(windows: Float32Array, net = model): Promise<Float32Array> {
  const session = await InferenceSession.create(buildServingGraph(net, startWeights(model, 2)))
  const clips = new Tensor('float32', windows, [windows.length / numbersOf, frames, 2, 17, 3])
  const { logits } = await session.run({ clips })
  await session.release()
  return logits!.data as Float32Array
}
/** Every x and y changed; scores stay. */
const moved = (windows: Float32Array, change: (value: number, axis: 0 | 1) => number) =>
  windows.map((value, n) => (n % 3 === 2 ? value : change(value, (n % 3) as 0 | 1)))
const farthest = (a: Float32Array, b: Float32Array) =>
  Math.max(...a.map((value, n) => Math.abs(value - b[n]!)))

describe('the model of skeletons', () => {
  // Somebody beside them in every window, so that the second body counts as well.
  const { clips } = makeSkeletonBatch({ ...recipe, batch: 24 }, 3)

  it('does not care where in the picture people are, nor how large', async () => {
    const here = await logitsOf(clips)
    // Bodies that are not there stay zeros: their scores are zero.
    const there = await logitsOf(moved(clips, (value, axis) => value * 300 + (axis === 0 ? 120 : -40)))
    expect(farthest(here, there)).toBeLessThan(2e-3)
  })

  it('cares how people move, and who is beside them', async () => {
    const here = await logitsOf(clips)
    const still = clips.map((_, n) => clips[n - (n % numbersOf) + (n % (2 * 17 * 3))]!)
    expect(farthest(here, await logitsOf(still))).toBeGreaterThan(1e-2)
    const alone = clips.map((value, n) => (n % 102 < 51 ? value : 0))
    expect(farthest(here, await logitsOf(alone))).toBeGreaterThan(1e-3)
  })

  it('gives finite answers for nobody, for one point, and for points that are far away', async () => {
    const nobody = new Float32Array(numbersOf)
    const point = nobody.map((_, n) => (n % 3 === 2 ? 0.5 : 10))
    const far = nobody.map((_, n) => (n % 3 === 2 ? (n % 7) / 7 : 1e5 * Math.sin(n)))
    for (const windows of [nobody, point, far])
      expect((await logitsOf(windows)).every(Number.isFinite)).toBe(true)
  })

  it('that looks twice scores the mean of with and without the one beside', async () => {
    const alone = clips.map((value, n) => (n % 102 < 51 ? value : 0))
    const shares = (logits: Float32Array) =>
      Array.from({ length: logits.length / skeletonLabels.length }, (_, row) => {
        const own = logits.subarray(row * skeletonLabels.length, (row + 1) * skeletonLabels.length)
        const total = own.reduce((sum, value) => sum + Math.exp(value), 0)
        return [...own].map((value) => Math.exp(value) / total)
      }).flat()
    const twice = shares(await logitsOf(clips, lookTwice(model)))
    const [both, single] = [shares(await logitsOf(clips)), shares(await logitsOf(alone))]
    for (const [n, share] of twice.entries()) expect(share).toBeCloseTo((both[n]! + single[n]!) / 2, 5)
    // Nobody is beside them: both looks are the same.
    expect(
      farthest(await logitsOf(alone, lookTwice(model)), Float32Array.from(single, Math.log)),
    ).toBeLessThan(1e-4)
  })

  it('has the gradients of its loss', async () => {
    const batch = makeSkeletonBatch(recipe, 1)
    const clips = new Tensor('float32', batch.clips, [recipe.batch, frames, 2, 17, 3])
    const target = new Tensor('float32', batch.target, [recipe.batch, skeletonLabels.length])
    const here = startWeights(model, 3).map((weight, n) => weight + 0.05 * Math.sin(n))
    const objective = singleLabel(model, { batch: recipe.batch })
    // Against the length of the gradient: along a way that hardly counts the kinks of relu and maximum do.
    for (const { measured, emitted, length } of await lossSlopes(objective, here, { clips, target }))
      expect(Math.abs(measured - emitted) / length).toBeLessThan(0.03)
  })
})

describe('batches of skeletons', () => {
  it('depend on the seed and the number of the step alone', () => {
    expect(makeSkeletonBatch(recipe, 7)).toEqual(makeSkeletonBatch(recipe, 7))
    expect(makeSkeletonBatch(recipe, 8).clips).not.toEqual(makeSkeletonBatch(recipe, 7).clips)
    expect(makeSkeletonBatch({ ...recipe, seed: 2 }, 7).clips).not.toEqual(makeSkeletonBatch(recipe, 7).clips)
  })

  it('have targets that sum to one, smoothed as asked', () => {
    const { target } = makeSkeletonBatch({ ...recipe, labelSmoothing: 0.16 }, 1)
    for (let row = 0; row < recipe.batch; row += 1) {
      const shares = target.subarray(row * skeletonLabels.length, (row + 1) * skeletonLabels.length)
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5)
      expect(Math.min(...shares)).toBeCloseTo(0.01, 6)
    }
  })
})
