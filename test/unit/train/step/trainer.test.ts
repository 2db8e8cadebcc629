import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { createGraphBuilder } from '../../../../src/onnx/graph-builder.ts'
import { initialWeights, layOut } from '../../../../src/train/autodiff/parameters.ts'
import { createFrameCnn } from '../../../../src/train/models/frame-cnn.ts'
import { type AdamWState, adamWDefaults, emitAdamW } from '../../../../src/train/step/adamw.ts'
import { multiLabel } from '../../../../src/train/step/objective.ts'
import { buildServingGraph } from '../../../../src/train/step/step-graph.ts'
import { cosineRate, createTrainer } from '../../../../src/train/step/trainer.ts'

function generator(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
const normalFrom = (next: () => number) => () =>
  Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())

const model = createFrameCnn({
  clip: { frames: 4, heightPx: 32, widthPx: 32 },
  labels: ['right', 'left'],
  widths: [4, 6, 8, 8],
  mixed: 12,
})

const firstWeights = () => initialWeights(layOut(model.parameters), normalFrom(generator(1)))

/** Clips of a bright square that moves right, left, or not at all. */
function batchOf(count: number, next: () => number) {
  const clips = new Uint8Array(count * 4 * 32 * 32 * 3)
  const target = new Float32Array(count * 2)
  for (let n = 0; n < count; n += 1) {
    const kind = Math.floor(next() * 3)
    if (kind < 2) target[n * 2 + kind] = 1
    const top = Math.floor(next() * 24)
    for (let t = 0; t < 4; t += 1) {
      const left = 12 + Math.floor(next() * 2) + (kind === 0 ? t * 3 : kind === 1 ? -t * 3 : 0)
      for (let y = 0; y < 32; y += 1)
        for (let x = 0; x < 32; x += 1) {
          const inside = x >= left && x < left + 6 && y >= top && y < top + 6
          const at = (((n * 4 + t) * 32 + y) * 32 + x) * 3
          clips.fill((inside ? 190 : 60) + Math.floor(next() * 12), at, at + 3)
        }
    }
  }
  return { clips, target, weight: new Float32Array(count * 2).fill(1) }
}

describe('AdamW', () => {
  it.each([
    ['one rate', true],
    ['a rate for each weight', false],
  ])('agrees with the algorithm written out, %s', async (_name, oneRate) => {
    const settings = { ...adamWDefaults, clipNorm: 0.5 }
    const graph = createGraphBuilder({ name: 'adamw' })
    // Two tensors: the first three weights are decayed, the other two are not.
    const parts = [0, 1] as const
    const sizes = [3, 2] as const
    const vectors = ['weights', 'm', 'v', 'gradient', ...(oneRate ? [] : ['scales'])] as const
    const states = parts.map((part): AdamWState => {
      const inputs = vectors.map((name) => [name, graph.input(`${name}${part}`, 'float32', [sizes[part]])])
      return { ...(Object.fromEntries(inputs) as Omit<AdamWState, 'decay'>), decay: part === 0 }
    })
    const scalars = Object.fromEntries(
      ['rate', 'correct1', 'correct2'].map((name) => [name, graph.input(name, 'float32', [])]),
    ) as Record<'rate' | 'correct1' | 'correct2', string>
    const { next } = emitAdamW(graph, states, scalars, settings)
    for (const name of ['weights', 'm', 'v'] as const)
      for (const part of parts)
        graph.output(`${name}_next${part}`, next[part]![name], 'float32', [sizes[part]])
    const session = await InferenceSession.create(graph.model())

    const scales = [1, 0.5, 0.25, 1, 0.1]
    const random = generator(5)
    let state = { weights: Array.from({ length: 5 }, random), m: Array(5).fill(0), v: Array(5).fill(0) }
    let expected = structuredClone(state)
    for (let t = 1; t <= 4; t += 1) {
      const gradient = Array.from({ length: 5 }, () => random() * 2 - 1)
      const norm = Math.hypot(...gradient)
      const clipped = gradient.map((g) => g * Math.min(1, 0.5 / (norm + 1e-6)))
      const m = expected.m.map((value, i) => 0.9 * value + 0.1 * clipped[i]!)
      const v = expected.v.map((value, i) => 0.999 * value + 0.001 * clipped[i]! ** 2)
      const weights = expected.weights.map((value, i) => {
        const step = m[i]! / (1 - 0.9 ** t) / (Math.sqrt(v[i]! / (1 - 0.999 ** t)) + 1e-8)
        return value - 0.01 * (oneRate ? 1 : scales[i]!) * (step + (i < 3 ? 0.05 * value : 0))
      })
      expected = { weights, m, v }
      const vector = (name: string, data: number[]) => ({
        [`${name}0`]: new Tensor('float32', Float32Array.from(data.slice(0, 3)), [3]),
        [`${name}1`]: new Tensor('float32', Float32Array.from(data.slice(3)), [2]),
      })
      const scalar = (value: number) => new Tensor('float32', Float32Array.of(value), [])
      const result = await session.run({
        ...vector('weights', state.weights),
        ...vector('m', state.m),
        ...vector('v', state.v),
        ...vector('gradient', gradient),
        ...(oneRate ? {} : vector('scales', scales)),
        rate: scalar(0.01),
        correct1: scalar(1 / (1 - 0.9 ** t)),
        correct2: scalar(1 / (1 - 0.999 ** t)),
      })
      const read = (name: string) =>
        parts.flatMap((part) => [...(result[`${name}_next${part}`]!.data as Float32Array)])
      state = { weights: read('weights'), m: read('m'), v: read('v') }
    }
    state.weights.forEach((value, i) => {
      expect(value).toBeCloseTo(expected.weights[i]!, 5)
    })
    await session.release()
  })
})

describe('cosineRate', () => {
  it('warms up, then falls to a tenth', () => {
    const plan = { steps: 100, warmup: 10, peak: 1 }
    expect([0, 9, 10, 55, 100].map((step) => Number(cosineRate(step, plan).toFixed(3)))).toEqual([
      0.1, 1, 1, 0.55, 0.1,
    ])
  })
})

describe('trainer', () => {
  it('learns which way a square moves, the same way every time, and serves what it learned', async () => {
    const train = async () => {
      const trainer = await createTrainer({
        objective: multiLabel(model, { batch: 12, supervision: 'clip' }),
        threads: 1,
        weights: firstWeights(),
        optimiser: { weightDecay: 0.01 },
      })
      const next = generator(2)
      const curve: number[] = []
      for (let step = 0; step < 150; step += 1)
        curve.push((await trainer.step(batchOf(12, next), 0.004)).loss)
      const { weights } = trainer.state()
      await trainer.close()
      return { curve, weights }
    }
    const [one, two] = [await train(), await train()]
    expect(two.weights).toEqual(one.weights)
    const late = one.curve.slice(-20).reduce((a, b) => a + b) / 20
    expect(late).toBeLessThan(one.curve[0]! * 0.3)

    const session = await InferenceSession.create(buildServingGraph(model, one.weights))
    const { clips, target } = batchOf(40, generator(77))
    const { logits } = await session.run({ clips: new Tensor('uint8', clips, [40, 4, 32, 32, 3]) })
    const right = (logits!.data as Float32Array).reduce(
      (sum, x, n) => sum + Number(x > 0 === target[n]! > 0.5),
      0,
    )
    expect(right / 80).toBeGreaterThan(0.9)
    await session.release()
  })

  it('ignores entries with weight 0', async () => {
    const trainer = await createTrainer({
      objective: multiLabel(model, { batch: 2, supervision: 'clip' }),
      threads: 1,
      weights: firstWeights(),
    })
    const batch = batchOf(2, generator(3))
    const { loss, norm } = await trainer.step({ ...batch, weight: new Float32Array(4) }, 0)
    expect([loss, norm]).toEqual([0, 0])
    await trainer.close()
  })

  it('goes on bit for bit from a saved state', async () => {
    const batches = Array.from({ length: 4 }, (_, n) => batchOf(4, generator(n)))
    const objective = multiLabel(model, { batch: 4, supervision: 'clip' })
    const options = () => ({ objective, threads: 1, weights: firstWeights() })
    const whole = await createTrainer(options())
    for (const batch of batches) await whole.step(batch, 0.01)
    const half = await createTrainer(options())
    for (const batch of batches.slice(0, 2)) await half.step(batch, 0.01)
    const rest = await createTrainer({ ...options(), from: structuredClone(half.state()) })
    for (const batch of batches.slice(2)) await rest.step(batch, 0.01)
    expect(rest.state()).toEqual(whole.state())
    for (const trainer of [whole, half, rest]) await trainer.close()
  })
})
