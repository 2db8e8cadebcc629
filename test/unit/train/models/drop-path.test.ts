import { describe, expect, it } from 'vitest'
import { layOut } from '../../../../src/train/autodiff/parameters.ts'
import { startWeights } from '../../../../src/train/run/fine-tune.ts'
import { singleLabel } from '../../../../src/train/step/objective.ts'
import { createTrainer } from '../../../../src/train/step/trainer.ts'
import { tinyFootage, tinyModel } from '../tiny-footage.ts'

const source = tinyFootage({ seed: 1, perLabel: 1 })
const clips = new Uint8Array(2 * 4 * 16 * 16 * 3)
for (const item of [0, 1]) source.read(item, 0, 4, clips.subarray((item * clips.length) / 2))
const target = Float32Array.of(1, 0, 0, 1)
const first = startWeights(tinyModel, 1)

/** One step with a mask [2 clips, 3 blocks], or without. */
async function step(keep: readonly number[] | null) {
  const trainer = await createTrainer({
    objective: singleLabel(tinyModel, { batch: 2, dropPath: keep !== null }),
    threads: 1,
    weights: first,
    optimiser: { weightDecay: 0 },
  })
  const mask = keep === null ? {} : { keep: Float32Array.from(keep) }
  const { loss } = await trainer.step({ clips, target, ...mask }, 0.01)
  const { weights } = trainer.state()
  await trainer.close()
  const moved = layOut(tinyModel.parameters)
    .entries.filter(({ start, count }) =>
      weights.subarray(start, start + count).some((value, index) => value !== first[start + index]),
    )
    .map(({ name }) => name.split('.')[0]!)
  return { loss, moved: new Set(moved) }
}

describe('drop path', () => {
  it('changes nothing where every block is kept', async () => {
    expect((await step([1, 1, 1, 1, 1, 1])).loss).toBeCloseTo((await step(null)).loss, 6)
  })

  it('trains no block that every clip left out', async () => {
    const { moved } = await step([2, 0, 1, 2, 0, 1])
    expect([...moved].sort()).toEqual(['embed', 'final', 'head', 'patch', 'space0', 'time1'])
  })

  it('is for each clip by itself', async () => {
    const [none, one, both] = [
      await step([1, 1, 1, 1, 1, 1]),
      await step([0, 0, 0, 1, 1, 1]),
      await step([0, 0, 0, 0, 0, 0]),
    ]
    const [none2, other] = [none, await step([1, 1, 1, 0, 0, 0])]
    // The loss is the mean over both clips.
    expect(one.loss + other.loss).toBeCloseTo(none2.loss + both.loss, 5)
    expect(one.loss).not.toBeCloseTo(other.loss, 5)
  })
})
