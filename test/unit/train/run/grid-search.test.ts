import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FineTuneOptions } from '../../../../src/train/run/fine-tune.ts'
import { gridSearch, type PlanGrid } from '../../../../src/train/run/grid-search.ts'
import { tempDir } from '../../../support/temp-dir.ts'
import { createFakeClock } from '../../infer/fake-clock.ts'
import { tinyFootage, tinyModel } from '../tiny-footage.ts'

const dir = tempDir('grid')

/** Stands in for training: validates best with a rate of 0.002 and a mixup of 0.1. */
async function fakeRun({ plan, runDir, onProgress }: FineTuneOptions) {
  const loss = Math.abs(plan.peakRate - 0.002) * 100 + Math.abs(plan.mixup - 0.1)
  onProgress({ phase: 'finetune', done: 5, total: 10, loss, etaS: 2 })
  const record = {
    epoch: 1,
    step: 10,
    trainLoss: loss,
    validationLoss: loss,
    validationAccuracy: plan.peakRate > 0.001 ? 0.75 : 0.5,
    learningRate: plan.peakRate,
    gradientNorm: 1,
    idleShare: 0,
    stepsPerS: 1,
    best: true,
  }
  folders.push(runDir)
  return { weights: Float32Array.of(loss), history: [record], stoppedEarly: false }
}
const folders: string[] = []
const search = (grid: PlanGrid, changes: Partial<Parameters<typeof gridSearch>[0]> = {}) =>
  gridSearch({
    model: tinyModel,
    start: null,
    train: tinyFootage({ seed: 1, perLabel: 1 }),
    validation: tinyFootage({ seed: 2, perLabel: 1 }),
    plan: { epochs: 2 },
    grid,
    run: fakeRun,
    runDir: dir,
    threads: 1,
    seed: 1,
    clock: createFakeClock().clock,
    onProgress: () => {},
    signal: new AbortController().signal,
    ...changes,
  })

describe('gridSearch', () => {
  it('tries every combination and keeps the one that validates best', async () => {
    const seen: [number, number, number][] = []
    const grid = { peakRate: [0.001, 0.002, 0.004], mixup: [0, 0.1] }
    const { best, trials, weights } = await search(grid, {
      onProgress: ({ done, total, etaS }) => seen.push([done, total, etaS]),
    })
    expect(trials.length).toBe(6)
    expect([best.peakRate, best.mixup, best.epochs]).toEqual([0.002, 0.1, 2])
    expect(weights[0]).toBe(0)
    expect(seen[0]).toEqual([5, 60, 12])
    expect(seen[5]).toEqual([55, 60, 2])
    expect(new Set(folders).size).toBe(6)
    expect(JSON.parse(readFileSync(join(dir, 'trials.json'), 'utf8'))).toEqual(trials)
  })

  it('knows a plan again in a grid that has grown, and trains in the same folder', async () => {
    const before = await search({ peakRate: [0.001] })
    const { trials } = await search({ mixup: [0, 0.1], peakRate: [0.002, 0.001] })
    const same = trials.find(({ changes }) => changes.peakRate === 0.001 && changes.mixup === 0)!
    expect(same.folder).toBe(before.trials[0]!.folder)
    expect(new Set(trials.map(({ folder }) => folder)).size).toBe(4)
  })

  it('tries fields inside the augmentation, and leaves the others of it as the plan has them', async () => {
    const grid = { 'augmentation.crop': [0.5, 0.9], 'augmentation.flip': [true, false] }
    const plans: FineTuneOptions['plan'][] = []
    await search(grid, {
      plan: { epochs: 2, augmentation: { speed: 0.4 } },
      run(options) {
        plans.push(options.plan)
        return fakeRun(options)
      },
    })
    expect(plans.map(({ augmentation: { crop, flip, speed } }) => [crop, flip, speed])).toEqual([
      [0.5, true, 0.4],
      [0.5, false, 0.4],
      [0.9, true, 0.4],
      [0.9, false, 0.4],
    ])
  })

  it('reckons that twice the epochs take twice the time', async () => {
    const left: number[] = []
    await search({ epochs: [5, 10] }, { onProgress: ({ etaS }) => left.push(etaS) })
    expect(left).toEqual([6, 2])
  })

  it('tells of each trial when it is finished', async () => {
    const told: unknown[] = []
    await search(
      { peakRate: [0.001, 0.002] },
      { onTrial: ({ changes, accuracy }, index, count) => told.push([changes, accuracy, index, count]) },
    )
    expect(told).toEqual([
      [{ peakRate: 0.001 }, 0.5, 0, 2],
      [{ peakRate: 0.002 }, 0.75, 1, 2],
    ])
  })

  it('refuses what it cannot search', async () => {
    const values = [1, 2, 3, 4, 5, 6, 7]
    const refused = (grid: PlanGrid, changes = {}) => expect(search(grid, changes)).rejects
    await refused({ patience: values, clipsPerItem: values }).toMatchObject({ code: 'TRAIN_PLAN' })
    await refused({ mixup: [] }).toThrow('no values are given for mixup')
    await refused({ mixup: [0, 9] }).toThrow(/^mixup: /)
    const none = { ...tinyFootage({ seed: 2, perLabel: 1 }), items: [] }
    await refused({ mixup: [0] }, { validation: none }).toMatchObject({ code: 'TRAIN_SPLIT' })
  })
})
