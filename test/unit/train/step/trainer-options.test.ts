import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../../src/core/random.ts'
import { meanSquaredError } from '../../../../src/train/autodiff/losses.ts'
import { scale } from '../../../../src/train/autodiff/ops-arithmetic.ts'
import { linear } from '../../../../src/train/autodiff/ops-matrix.ts'
import { layOut } from '../../../../src/train/autodiff/parameters.ts'
import type { Objective } from '../../../../src/train/step/objective.ts'
import { createTrainer, type Feeds, type TrainerOptions } from '../../../../src/train/step/trainer.ts'

/** Two linear layers that shall give `y` [N, 2] from `x` [N, 3]. */
function twoLayers(batch: number): Objective {
  return {
    name: 'two-layers',
    parameters: [
      { name: 'first.weight', shape: [3, 4], deviation: 1, decay: true },
      { name: 'first.bias', shape: [4], deviation: 0, decay: false },
      { name: 'second.weight', shape: [4, 2], deviation: 1, decay: true },
      { name: 'second.bias', shape: [2], deviation: 0, decay: false },
    ],
    inputs: [
      { name: 'x', type: 'float32', shape: [batch, 3] },
      { name: 'y', type: 'float32', shape: [batch, 2] },
    ],
    loss(tape, parameters, input) {
      const x = scale(tape, tape.constant(input('x'), [batch, 3]), 1)
      const hidden = linear(tape, x, parameters('first.weight'), parameters('first.bias'))
      const out = linear(tape, hidden, parameters('second.weight'), parameters('second.bias'))
      return meanSquaredError(tape, out, input('y'))
    },
  }
}

const layout = layOut(twoLayers(1).parameters)
const numbers = (count: number, seed: number) => {
  const random = createRandom(seed)
  return Float32Array.from({ length: count }, () => random.normal())
}
const weights = () => numbers(layout.total, 1)
const batchOf = (count: number, seed: number): Feeds => ({
  x: numbers(count * 3, seed),
  y: numbers(count * 2, seed + 100),
})
const part = (name: string, values: Float32Array) => {
  const { start, count } = layout.entries.find((entry) => entry.name === name)!
  return [...values.subarray(start, start + count)]
}

async function train(
  steps: number,
  options: Partial<TrainerOptions>,
  feedsOf = (n: number) => [batchOf(8, n)],
) {
  const parts = options.parts ?? 1
  const trainer = await createTrainer({
    objective: twoLayers(8 / parts),
    threads: 1,
    weights: weights(),
    ...options,
  })
  const curve: { loss: number; norm: number }[] = []
  for (let step = 0; step < steps; step += 1) curve.push(await trainer.step(feedsOf(step), 0.01))
  await trainer.close()
  return { ...trainer.state(), curve }
}

describe('trainer with a batch in parts', () => {
  it('does the same steps as with the whole batch', async () => {
    const cut = (feeds: Feeds) =>
      [0, 1, 2, 3].map((n) => ({
        x: (feeds.x as Float32Array).slice(n * 6, n * 6 + 6),
        y: (feeds.y as Float32Array).slice(n * 4, n * 4 + 4),
      }))
    const whole = await train(5, { averageDecay: 0.9 })
    const parts = await train(5, { parts: 4, averageDecay: 0.9 }, (n) => cut(batchOf(8, n)))
    for (const key of ['weights', 'm', 'v', 'average'] as const)
      parts[key]!.forEach((value, index) => {
        expect(Math.abs(value - whole[key]![index]!)).toBeLessThan(2e-6)
      })
    parts.curve.forEach(({ loss, norm }, step) => {
      expect(loss / whole.curve[step]!.loss).toBeCloseTo(1, 5)
      expect(norm / whole.curve[step]!.norm).toBeCloseTo(1, 5)
    })
  })

  it('refuses another number of parts', async () => {
    await expect(train(1, { parts: 4 }, (n) => [batchOf(2, n)])).rejects.toThrow('takes 4 parts')
  })
})

describe('trainer with rates of their own', () => {
  const headOnly = (name: string) => (name.startsWith('second') ? 1 : 0)

  it('leaves frozen tensors alone, without moments, and trains the rest', async () => {
    const done = await train(5, { scaleOf: headOnly })
    for (const name of ['first.weight', 'first.bias'])
      expect(part(name, done.weights)).toEqual(part(name, weights()))
    expect(part('second.weight', done.weights)).not.toEqual(part('second.weight', weights()))
    expect(done.m.length).toBe(10)
  })

  it('goes on from a saved state with frozen tensors and an average, bit for bit', async () => {
    const options = { scaleOf: headOnly, averageDecay: 0.9 }
    const whole = await train(6, options)
    const half = await train(3, options)
    const from = { ...half, curve: undefined }
    const rest = await train(3, { ...options, from: structuredClone(from) }, (n) => [batchOf(8, n + 3)])
    for (const key of ['weights', 'm', 'v', 'average'] as const) expect(rest[key]).toEqual(whole[key])
  })

  it('moves a tensor by its share of the rate', async () => {
    const plain = await train(1, {})
    const scaled = await train(1, { scaleOf: (name) => (name.startsWith('first') ? 0.5 : 1) })
    const move = (values: Float32Array, name: string) =>
      part(name, values).map((value, index) => value - part(name, weights())[index]!)
    move(scaled.weights, 'first.weight').forEach((by, index) => {
      expect(by).toBeCloseTo(move(plain.weights, 'first.weight')[index]! / 2, 6)
    })
    // One rate for all and one for each weight take the decay in another order: the last bit may differ.
    const unscaled = part('second.weight', plain.weights)
    part('second.weight', scaled.weights).forEach((value, index) => {
      expect(value).toBeCloseTo(unscaled[index]!, 5)
    })
  })
})

describe('trainer with a moving average', () => {
  it('keeps (1 - decay) of each new state, less in the first steps', async () => {
    const seen: Float32Array[] = []
    const trainer = await createTrainer({
      objective: twoLayers(8),
      threads: 1,
      weights: weights(),
      averageDecay: 0.15,
    })
    for (let step = 0; step < 3; step += 1) {
      await trainer.step(batchOf(8, step), 0.01)
      seen.push(trainer.state().weights)
    }
    let expected = [...weights()]
    seen.forEach((now, step) => {
      const decay = Math.min(0.15, (1 + step) / (10 + step))
      expected = expected.map((value, index) => decay * value + (1 - decay) * now[index]!)
    })
    trainer.state().average!.forEach((value, index) => {
      expect(value).toBeCloseTo(expected[index]!, 5)
    })
    await trainer.close()
  })
})

describe('trainer on another provider', () => {
  it('says that it is not there instead of training on the CPU', async () => {
    await expect(train(1, { provider: 'cuda' })).rejects.toMatchObject({ code: 'MODEL_PROVIDER' })
  })
})
