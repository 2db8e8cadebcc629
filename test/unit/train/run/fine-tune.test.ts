import { rmSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../../../src/core/clock.ts'
import { layOut } from '../../../../src/train/autodiff/parameters.ts'
import { predictClips, scorePredictions } from '../../../../src/train/export/predict.ts'
import { type FineTuneOptions, fineTune, startWeights } from '../../../../src/train/run/fine-tune.ts'
import { type FineTunePlanInput, parseFineTunePlan } from '../../../../src/train/run/fine-tune-plan.ts'
import { readHistory } from '../../../../src/train/run/run-history.ts'
import { layersOf, rateScales } from '../../../../src/train/step/parameter-rates.ts'
import { tempDir } from '../../../support/temp-dir.ts'
import { tinyFootage, tinyModel } from '../tiny-footage.ts'

const made: string[] = []
const folder = () => {
  const dir = tempDir('fine-tune')
  made.push(dir)
  return dir
}
afterAll(() => {
  for (const dir of made) rmSync(dir, { recursive: true })
})

const train = tinyFootage({ seed: 1, perLabel: 8 })
const validation = tinyFootage({ seed: 2, perLabel: 8 })
const varied: FineTunePlanInput = {
  epochs: 3,
  batch: 8,
  mixup: 0.2,
  dropPath: 0.2,
  averageDecay: 0.9,
  layerDecay: 0.8,
  augmentation: { flip: false },
}
const start = (plan: FineTunePlanInput, changes: Partial<FineTuneOptions> = {}) =>
  fineTune({
    model: tinyModel,
    start: null,
    train,
    validation,
    plan: parseFineTunePlan(plan),
    runDir: folder(),
    threads: 1,
    seed: 1,
    clock: systemClock,
    onProgress: () => {},
    signal: new AbortController().signal,
    ...changes,
  })
const code = (expected: string, text: string | RegExp) => ({
  code: expected,
  message: text instanceof RegExp ? expect.stringMatching(text) : expect.stringContaining(text),
})

describe('fineTune', () => {
  it('learns which way a bar moves, and keeps the best weights', async () => {
    const runDir = folder()
    const seen: number[] = []
    const done = await start(
      {
        epochs: 40,
        batch: 8,
        peakRate: 4e-3,
        labelSmoothing: 0.05,
        augmentation: { flip: false, crop: 1, speed: 0 },
      },
      { runDir, onProgress: ({ done: step }) => seen.push(step) },
    )
    const options = {
      model: tinyModel,
      weights: done.weights,
      labels: tinyModel.labels,
      threads: 1,
      batch: 3,
    }
    const predictions = await predictClips({ ...options, source: validation, viewsPerItem: 3 })
    expect(scorePredictions(predictions).accuracy).toBeGreaterThan(0.9)
    expect(seen).toEqual(Array.from({ length: 80 }, (_, n) => n + 1))
    expect(done.history.length).toBe(40)
    const best = done.history.filter(({ best: is }) => is).at(-1)!
    expect(best.validationAccuracy).toBe(Math.max(...done.history.map((one) => one.validationAccuracy!)))
    const lines = await readHistory(runDir)
    expect(lines.filter(({ type }) => type === 'epoch').map(({ step }) => step)).toEqual(
      done.history.map(({ step }) => step),
    )
    expect(lines.filter(({ type }) => type === 'step').length).toBe(8)
  })

  it('gives the same weights for the same seed, however the batch is cut and however often it is stopped', async () => {
    const runDir = folder()
    const whole = await start(varied)
    // Ends at a step that is no end of an epoch, and once more.
    for (const at of [1, 3]) {
      const stop = new AbortController()
      const stopped = start(varied, {
        runDir,
        signal: stop.signal,
        onProgress: ({ done }) => done === at && stop.abort(),
      })
      await expect(stopped).rejects.toMatchObject(code('TRAIN_STOPPED', `at step ${at} of 6`))
    }
    const resumed = await start(varied, { runDir })
    expect(Buffer.from(resumed.weights.buffer).equals(Buffer.from(whole.weights.buffer))).toBe(true)
    expect(resumed.history.map(({ trainLoss }) => trainLoss)).toEqual(
      whole.history.map(({ trainLoss }) => trainLoss),
    )
    // A finished run is not run again.
    let steps = 0
    const again = await start(varied, { runDir, onProgress: () => (steps += 1) })
    expect([again.weights, again.history, steps]).toEqual([resumed.weights, resumed.history, 0])

    const cut = await start({ ...varied, microBatch: 2 })
    cut.weights.forEach((value, index) => {
      expect(Math.abs(value - whole.weights[index]!)).toBeLessThan(1e-4)
    })
    const other = await start(varied, { seed: 2 })
    expect(other.weights).not.toEqual(whole.weights)
  })

  it('takes as many steps as the loss of a small set needs, the same ones after a stop', async () => {
    const few = tinyFootage({ seed: 1, perLabel: 6 })
    const plan: FineTunePlanInput = {
      batch: 4,
      peakRate: 4e-3,
      checkpointEvery: 40,
      augmentation: { flip: false, crop: 1, speed: 0 },
    }
    const seen: [number, number, boolean][] = []
    const runDir = folder()
    const stop = new AbortController()
    const stopped = start(plan, {
      runDir,
      train: few,
      signal: stop.signal,
      onProgress({ done, total, atMost = false }) {
        seen.push([done, total, atMost])
        if (done === 120) stop.abort()
      },
    })
    await expect(stopped).rejects.toMatchObject({ code: 'TRAIN_STOPPED' })
    // Until the loss has decided, the most that it can be is told.
    expect(seen[0]).toEqual([1, 600, true])
    const done = await start(plan, {
      runDir,
      train: few,
      onProgress: ({ done: step, total, atMost = false }) => seen.push([step, total, atMost]),
    })
    const [last, total, atMost] = seen.at(-1)!
    expect([total, atMost]).toEqual([last, false])
    expect(last).toBeGreaterThanOrEqual(200)
    expect(last).toBeLessThan(600)
    const options = {
      model: tinyModel,
      weights: done.weights,
      labels: tinyModel.labels,
      threads: 1,
      batch: 3,
    }
    const predictions = await predictClips({ ...options, source: validation, viewsPerItem: 3 })
    expect(scorePredictions(predictions).accuracy).toBeGreaterThan(0.9)
  })

  it('stops when validation becomes no better, and says so', async () => {
    const done = await start({
      epochs: 30,
      batch: 8,
      peakRate: 1e-9,
      patience: 2,
      watch: 'accuracy',
      averageDecay: 0,
    })
    expect(done.stoppedEarly).toBe(true)
    expect(done.history.length).toBeLessThan(30)
    expect(done.history.slice(-2).map(({ best }) => best)).toEqual([false, false])
  })

  it('trains the head alone, or the last layers', async () => {
    const first = startWeights(tinyModel, 1)
    const layout = layOut(tinyModel.parameters)
    const changed = async (trainLayers: 'head' | number) => {
      const { weights } = await start({ steps: 2, trainLayers, averageDecay: 0 }, { start: first })
      return layout.entries
        .filter(({ start: at, count }) =>
          weights.subarray(at, at + count).some((value, index) => value !== first[at + index]),
        )
        .map(({ name }) => name.split('.')[0]!)
    }
    expect(new Set(await changed('head'))).toEqual(new Set(['head']))
    expect(new Set(await changed(1))).toEqual(new Set(['head', 'time1', 'final']))
  })

  it('keeps the last weights where there is nothing to validate on', async () => {
    const none = { ...validation, items: [] }
    const plan = { steps: 3, patience: 1, averageDecay: 0 }
    const done = await start(plan, { validation: none })
    expect(done.history.map(({ step, validationLoss, best }) => [step, validationLoss, best])).toEqual([
      [1, null, false],
      [2, null, false],
      [3, null, false],
    ])
    expect(done.weights).not.toEqual((await start({ ...plan, steps: 2 }, { validation: none })).weights)
  })

  it.each<[string, string, string | RegExp, FineTunePlanInput, Partial<FineTuneOptions>]>([
    [
      'a label that the model does not have',
      'TRAIN_LABEL',
      /up-1-0 is labelled "up".*right, left/,
      {},
      {
        train: tinyFootage({ seed: 1, perLabel: 1, labels: ['right', 'left', 'up'] }),
      },
    ],
    [
      'a label without footage',
      'TRAIN_LABEL',
      'no footage is labelled "left"',
      {},
      {
        train: tinyFootage({ seed: 1, perLabel: 2, labels: ['right', null] }),
      },
    ],
    ['the same group on both sides', 'TRAIN_SPLIT', 'scene-1-right-0', {}, { validation: train }],
    [
      'validation without labels',
      'TRAIN_LABEL',
      'for validation',
      {},
      {
        validation: tinyFootage({ seed: 3, perLabel: 1, labels: [null] }),
      },
    ],
    ['no footage', 'TRAIN_LABEL', 'right', {}, { train: { ...train, items: [train.items.at(-1)!] } }],
    ['more layers than there are', 'TRAIN_PLAN', 'trainLayers: 9', { trainLayers: 9 }, {}],
  ])('refuses %s', async (_, expected, text, plan, changes) => {
    await expect(start({ steps: 1, ...plan }, changes)).rejects.toMatchObject(code(expected, text))
  })

  it('refuses a folder that holds another run, naming what differs', async () => {
    const runDir = folder()
    await start({ steps: 1 }, { runDir })
    await expect(start({ steps: 1, batch: 4 }, { runDir })).rejects.toMatchObject(
      code('TRAIN_CHECKPOINT', 'batch was 16, is 4'),
    )
  })
})

describe('parseFineTunePlan', () => {
  it('names the wrong field', () => {
    expect(() => parseFineTunePlan({ batch: 6, microBatch: 4 })).toThrow('microBatch: 4 does not divide')
    expect(() => parseFineTunePlan({ augmentation: { crop: 0 } })).toThrow(/^augmentation\.crop:/)
  })
})

describe('rates of layers', () => {
  it('falls from the head down, layer by layer', () => {
    expect(layersOf(tinyModel.parameters).map((names) => names[0]!.split('.')[0])).toEqual([
      'patch',
      'space0',
      'time0',
      'time1',
      'head',
    ])
    const scaleOf = rateScales(tinyModel.parameters, { trained: 'all', decay: 0.5 })
    const names = [
      'head.weight',
      'final.gain',
      'time1.up.bias',
      'time0.up.bias',
      'embed.bias',
      'patch.weight',
    ]
    expect(names.map(scaleOf)).toEqual([1, 0.5, 0.5, 0.25, 0.125, 0.0625])
  })
})
