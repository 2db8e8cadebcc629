import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../../../../src/core/clock.ts'
import { createRandom } from '../../../../src/core/random.ts'
import { readModel } from '../../../../src/onnx/read-model.ts'
import { meanSquaredError } from '../../../../src/train/autodiff/losses.ts'
import { multiply } from '../../../../src/train/autodiff/ops-arithmetic.ts'
import { linear } from '../../../../src/train/autodiff/ops-matrix.ts'
import { initialWeights, layOut } from '../../../../src/train/autodiff/parameters.ts'
import { createFrameCnn } from '../../../../src/train/models/frame-cnn.ts'
import { drawOrders } from '../../../../src/train/models/visible-places.ts'
import { fineTune, startWeights } from '../../../../src/train/run/fine-tune.ts'
import { parseFineTunePlan } from '../../../../src/train/run/fine-tune-plan.ts'
import { readHistory } from '../../../../src/train/run/run-history.ts'
import { selfSupervision } from '../../../../src/train/self/self-supervision.ts'
import { firstLossScale, nextLossScale } from '../../../../src/train/step/loss-scale.ts'
import type { Objective } from '../../../../src/train/step/objective.ts'
import { singleLabel } from '../../../../src/train/step/objective.ts'
import { buildAccumulateGraph } from '../../../../src/train/step/step-graph.ts'
import { createTrainer, type Feeds, type TrainerOptions } from '../../../../src/train/step/trainer.ts'
import { tempDir } from '../../../support/temp-dir.ts'
import { importFixture, openFixture } from '../imported/pytorch-fixtures.ts'
import { tinyFootage, tinyModel } from '../tiny-footage.ts'

const dir = tempDir('half')

const footage = tinyFootage({ seed: 4, perLabel: 4 })
const feeds = (): Feeds => {
  const size = 4 * 16 * 16 * 3
  const clips = new Uint8Array(8 * size)
  const target = new Float32Array(16)
  for (let n = 0; n < 8; n += 1) {
    footage.read(n, 0, 4, clips.subarray(n * size, (n + 1) * size))
    target[2 * n + tinyModel.labels.indexOf(footage.items[n]!.label!)] = 1
  }
  return { clips, target }
}

async function losses(options: Omit<TrainerOptions, 'threads'>, given: Feeds, steps: number, rate = 3e-3) {
  const trainer = await createTrainer({ threads: 1, ...options })
  const curve: number[] = []
  for (let step = 0; step < steps; step += 1) curve.push((await trainer.step(given, rate)).loss)
  const state = trainer.state()
  await trainer.close()
  return { curve, state }
}

describe('half precision', () => {
  it('computes products in half precision and losses, norms and the update in float32', () => {
    const { graph } = readModel(
      buildAccumulateGraph(singleLabel(tinyModel, { batch: 8 }), { precision: 'fp16' }),
    )
    const half = new Set(
      graph!.node.flatMap(({ opType, output, attribute }) =>
        opType === 'Cast' && attribute[0]?.i === 10n ? output : [],
      ),
    )
    for (const { name, dataType } of graph!.initializer) if (dataType === 10) half.add(name)
    for (const { opType, input, output } of graph!.node)
      if (opType !== 'Cast' && input.some((name) => half.has(name))) for (const name of output) half.add(name)
    const inHalf = (opType: string) =>
      graph!.node.filter((node) => node.opType === opType && half.has(node.output[0]!))
    expect(inHalf('MatMul').length + inHalf('Gemm').length).toBeGreaterThan(20)
    for (const opType of [
      'Softmax',
      'LogSoftmax',
      'LayerNormalization',
      'ReduceMean',
      'ReduceSum',
      'Exp',
      'Log',
    ])
      expect(inHalf(opType)).toEqual([])
    expect(graph!.output.length).toBeGreaterThan(1)
    expect(graph!.output.filter(({ name }) => half.has(name))).toEqual([])
  })

  it('learns a video transformer with losses near those of float32', async () => {
    const options = { objective: singleLabel(tinyModel, { batch: 8 }), weights: startWeights(tinyModel, 3) }
    const whole = await losses(options, feeds(), 30)
    const half = await losses({ ...options, precision: 'fp16' }, feeds(), 30)
    const skipped = half.state.lossScale!.skipped
    expect(whole.state.lossScale).toBeNull()
    expect(skipped).toBeLessThan(8)
    // A skipped step leaves the weights: the curve is that of float32, so many steps later.
    const moved = half.curve.slice(skipped)
    for (const [step, loss] of moved.entries()) expect(Math.abs(loss - whole.curve[step]!)).toBeLessThan(0.02)
    expect(moved.at(-1)).toBeLessThan(0.7 * moved[0]!)
  })

  it('learns a convolutional model and an imported graph, too', async () => {
    const cnn = createFrameCnn({
      clip: tinyModel.clip,
      labels: tinyModel.labels,
      widths: [8, 8, 8, 8],
      mixed: 8,
    })
    const cnnOptions = { objective: singleLabel(cnn, { batch: 8 }), weights: startWeights(cnn, 3) }
    const { clips, target, reference } = openFixture('videomae')
    const imported = importFixture('videomae')
    const cases = [
      [cnnOptions, feeds()],
      [
        { objective: singleLabel(imported, { batch: reference.shape[0] }), weights: imported.start },
        { clips, target },
      ],
    ] as const
    for (const [options, given] of cases) {
      const whole = await losses(options, given, 12)
      const half = await losses({ ...options, precision: 'fp16' }, given, 12)
      const moved = half.curve.slice(half.state.lossScale!.skipped)
      for (const [step, loss] of moved.entries())
        expect(Math.abs(loss - whole.curve[step]!)).toBeLessThan(0.03)
    }
  })

  /** y = (x · w) · g, whose gradient grows with g: beyond half precision where g is large. */
  const steep = (factor: number): Objective => ({
    name: 'steep',
    parameters: [
      { name: 'w', shape: [2, 2], deviation: 0, decay: false },
      { name: 'b', shape: [2], deviation: 0, decay: false },
    ],
    inputs: [
      { name: 'x', type: 'float32', shape: [1, 2] },
      { name: 'y', type: 'float32', shape: [1, 2] },
    ],
    loss(tape, parameters, input) {
      const out = linear(tape, tape.constant(input('x'), [1, 2]), parameters('w'), parameters('b'))
      const by = tape.constant(tape.graph.f32([factor], [1]), [1])
      return meanSquaredError(tape, multiply(tape, out, by), input('y'))
    },
  })
  const xy = { x: Float32Array.of(1, 1), y: Float32Array.of(4, 4) }

  it('leaves steps out whose gradient is not finite, counts them, and goes on with a smaller scale', async () => {
    const trainer = await createTrainer({
      objective: steep(8),
      threads: 1,
      weights: new Float32Array(6),
      precision: 'fp16',
    })
    const first = await trainer.step(xy, 1e-2)
    expect(first).toEqual({ loss: 16, norm: 0, skipped: true })
    expect(trainer.state()).toMatchObject({ step: 1, lossScale: { scale: 2 ** 15, steady: 0, skipped: 1 } })
    expect([...trainer.state().weights]).toEqual([0, 0, 0, 0, 0, 0])
    let result = first
    while (result.skipped) result = await trainer.step(xy, 1e-2)
    // The gradient is not that of the scaled loss: 2 · 8 · -4 / 2 for each of six weights.
    expect(result.norm).toBeCloseTo(32 * Math.sqrt(6), 1)
    const { step, lossScale, weights } = trainer.state()
    expect(lossScale!.skipped).toBe(step - 1)
    // The first update of Adam is as long as the rate, however many steps were left out before it.
    for (const weight of weights) expect(weight).toBeCloseTo(1e-2, 4)
    await trainer.close()
  })

  it('says that it diverges where the way forward does not fit', async () => {
    const trainer = await createTrainer({
      objective: steep(1),
      threads: 1,
      weights: new Float32Array(6).fill(1e5),
      precision: 'fp16',
    })
    const steps = async () => {
      for (;;) await trainer.step(xy, 1e-2)
    }
    await expect(steps()).rejects.toMatchObject({ code: 'TRAIN_DIVERGED' })
    await trainer.close()
  })

  it('tries a larger scale after many steady steps', () => {
    let scale = { ...firstLossScale, scale: 4 }
    for (let step = 0; step < 1999; step += 1) scale = nextLossScale(scale, true)
    expect(scale).toEqual({ scale: 4, steady: 1999, skipped: 0 })
    expect(nextLossScale(scale, true)).toEqual({ scale: 8, steady: 0, skipped: 0 })
    expect(nextLossScale(scale, false)).toEqual({ scale: 2, steady: 0, skipped: 1 })
  })

  it('goes on after an interruption with the same scale, to the same bits, and records it', async () => {
    const plan = parseFineTunePlan({
      steps: 24,
      batch: 8,
      microBatch: 4,
      peakRate: 3e-3,
      averageDecay: 0.9,
      checkpointEvery: 5,
      precision: 'fp16',
    })
    const run = (name: string, stopAt: number | null) => {
      const controller = new AbortController()
      return fineTune({
        model: tinyModel,
        start: null,
        train: footage,
        plan,
        runDir: join(dir, name),
        threads: 1,
        seed: 5,
        validation: tinyFootage({ seed: 9, perLabel: 2 }),
        clock: systemClock,
        signal: controller.signal,
        onProgress: ({ done }) => done === stopAt && controller.abort(),
      })
    }
    const whole = await run('whole', null)
    for (const stopAt of [2, 13])
      await expect(run('cut', stopAt)).rejects.toMatchObject({ code: 'TRAIN_STOPPED' })
    const cut = await run('cut', null)
    expect(Buffer.from(cut.weights.buffer).equals(Buffer.from(whole.weights.buffer))).toBe(true)
    const epochs = async (name: string) =>
      (await readHistory(join(dir, name))).flatMap((line) => (line.type === 'epoch' ? [line] : []))
    const last = (await epochs('cut')).at(-1)!
    expect(last).toMatchObject({ step: 24 })
    expect(last.lossScale).toBe((await epochs('whole')).at(-1)!.lossScale)
    expect(last.skippedSteps).toBe((await epochs('whole')).at(-1)!.skippedSteps)
    expect(Math.log2(last.lossScale!)).toBe(16 - last.skippedSteps!)
  })

  it('pretrains with masked and next-frame prediction', async () => {
    const { clips } = feeds()
    const settings = { batch: 8, maskRatio: 0.75, maskedWeight: 1, nextWeight: 0.5 }
    const objective = selfSupervision(tinyModel, settings)
    const order = drawOrders(8, tinyModel.places!, createRandom(1))
    const weights = initialWeights(layOut(objective.parameters), createRandom(2).normal)
    const whole = await losses({ objective, weights }, { clips: clips!, order }, 12)
    const half = await losses({ objective, weights, precision: 'fp16' }, { clips: clips!, order }, 12)
    const moved = half.curve.slice(half.state.lossScale!.skipped)
    expect(moved.length).toBeGreaterThan(6)
    for (const [step, loss] of moved.entries()) expect(Math.abs(loss - whole.curve[step]!)).toBeLessThan(0.02)
  })

  it('is refused by TensorFlow.js', async () => {
    await expect(
      createTrainer({ objective: steep(1), threads: 1, engine: 'tfjs', precision: 'fp16' }),
    ).rejects.toMatchObject({ code: 'TRAIN_PLAN', message: expect.stringMatching(/precision: fp16/) })
  })
})
