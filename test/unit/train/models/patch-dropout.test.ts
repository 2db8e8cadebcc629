import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../../src/core/random.ts'
import { createFrameCnn } from '../../../../src/train/models/frame-cnn.ts'
import { drawOrders } from '../../../../src/train/models/visible-places.ts'
import { startWeights } from '../../../../src/train/run/fine-tune.ts'
import { singleLabel } from '../../../../src/train/step/objective.ts'
import { createTrainer } from '../../../../src/train/step/trainer.ts'
import { tinyFootage, tinyModel } from '../tiny-footage.ts'

const source = tinyFootage({ seed: 1, perLabel: 1 })
const clips = new Uint8Array(2 * 4 * 16 * 16 * 3)
for (const item of [0, 1]) source.read(item, 0, 4, clips.subarray((item * clips.length) / 2))
const target = Float32Array.of(1, 0, 0, 1)
const places = tinyModel.places!

async function lossOf(visible: number | null, order = drawOrders(2, places, createRandom(3))) {
  const trainer = await createTrainer({
    objective: singleLabel(tinyModel, { batch: 2, visible }),
    threads: 1,
    weights: startWeights(tinyModel, 1),
  })
  const { loss } = await trainer.step({ clips, target, ...(visible !== null && { order }) }, 0.01)
  await trainer.close()
  return loss
}

describe('patch dropout', () => {
  it('changes nothing where every place is seen, whatever their order', async () => {
    expect(await lossOf(places)).toBeCloseTo(await lossOf(null), 5)
  })

  it('sees the first places of the order, and no others', async () => {
    const one = drawOrders(2, places, createRandom(3))
    // What is hidden in another order.
    const same = BigInt64Array.from(one, (_, n) => one[n - (n % places) + turned(n % places, 2)]!)
    expect(await lossOf(2, same)).toBeCloseTo(await lossOf(2, one), 6)
    const other = drawOrders(2, places, createRandom(4))
    expect(Math.abs((await lossOf(2, other)) - (await lossOf(2, one)))).toBeGreaterThan(1e-6)
  })

  it('is only for models that have places', () => {
    const cnn = createFrameCnn({ clip: tinyModel.clip, labels: ['a', 'b'], widths: [4, 4, 4, 4], mixed: 4 })
    expect(cnn.places).toBeUndefined()
  })
})

/** Mirrors the numbers from `from` to the last. */
function turned(at: number, from: number): number {
  return at < from ? at : from + places - 1 - at
}
