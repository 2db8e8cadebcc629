import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LearnOutcome, learn } from '../../pipelines/learn/learn.ts'
import { teachingPlan } from '../../pipelines/learn/teach.ts'
import { loadBundle } from '../../src/bundle/load-bundle.ts'
import { learningSchema } from '../../src/config/schema/learning-schema.ts'
import { systemClock } from '../../src/core/clock.ts'
import { registryDir } from '../../src/core/data-dir.ts'
import { type ModelRegistry, openModelRegistry } from '../../src/registry/model-registry.ts'
import { movingSquares } from '../support/moving-squares.ts'
import { hasTool } from '../support/prepare-machine.ts'
import { tempDir } from '../support/temp-dir.ts'

const ready = hasTool('ffmpeg')
if (!ready) process.stderr.write('skipped: teaching a folder (ffmpeg is missing)\n')

const folder = tempDir('teach')
let list: string
let registry: ModelRegistry
beforeAll(async () => {
  if (!ready) return
  list = await movingSquares(join(folder, 'clips'), { groups: 4, each: 2 })
  registry = openModelRegistry({ dir: registryDir(folder), clock: systemClock, who: 'test' })
})
afterAll(() => registry?.close())

const small = learningSchema.parse({
  model: 'squares',
  labelled: ['given by the folder'],
  network: 'cnn',
  sampleFps: 8,
  sizes: { frames: 8, widthPx: 64, heightPx: 64 },
  folds: 2,
  finetune: { steps: 120, augmentation: { flip: false, crop: 0.9 } },
  // The machine is busy with other tests.
  gate: { maxLatencyIncrease: 1000 },
})

async function teach(seed: number, steps = 120): Promise<{ outcome: LearnOutcome; told: string[] }> {
  const told: string[] = []
  const learning = await teachingPlan({
    folder: list,
    model: 'squares',
    given: { ...small, seed, finetune: { ...small.finetune, steps } },
  })
  const outcome = await learn({
    learning,
    dataDir: folder,
    registry,
    code: 'test',
    command: 'vireo teach',
    threads: 1,
    clock: systemClock,
    signal: new AbortController().signal,
    onProgress: () => {},
    onNotice: (text) => told.push(text),
  })
  return { outcome, told }
}

describe.skipIf(!ready)('teaching few clips', () => {
  it('ends with a live first version that learned from all, judged on clips that its judges had not seen', async () => {
    const { outcome, told } = await teach(1)
    expect(told[0]).toMatch(
      /^16 labelled clips of 4 groups .*the per-frame CNN on 8 frames of 64x64, 8 a second$/,
    )
    expect(told[1]).toMatch(
      /^cross-validation in 2 parts, 240 steps; fine-tuning, 120 steps: about .* on 1 thread$/,
    )
    expect(outcome.decision.reasons.filter(({ holds }) => !holds)).toEqual([])
    expect(outcome).toMatchObject({ result: 'live', live: null, version: '1.0.0' })
    const dir = registry.dirOf('squares', '1.0.0')
    const { bundle } = await loadBundle(dir)
    expect(bundle.temporal).toEqual({ frames: 8, sampleFps: 8, strideFrames: 2 })
    for (const { threshold } of bundle.labels) expect(threshold).toBeGreaterThanOrEqual(0.5)
    const unseen = JSON.parse(readFileSync(join(dir, 'training/unseen.json'), 'utf8')) as {
      predictions: unknown[]
    }
    expect(unseen.predictions.length).toBe(16)
    expect(bundle.metrics.testItems).toBe(16)
    expect(existsSync(outcome.report)).toBe(true)
  })

  it('holds the next version against what the live one said of clips that it had not seen', async () => {
    const { outcome } = await teach(2, 10)
    expect(outcome).toMatchObject({ live: '1.0.0', version: '1.1.0' })
    const [improvement] = outcome.decision.reasons.filter(({ rule }) => rule === 'improvement')
    expect(improvement!.text).toContain('squares@1.0.0')
    const [items] = outcome.decision.reasons.filter(({ rule }) => rule === 'items')
    expect(items!.text).toMatch(/^16 test items, 16 of them by cross-validation/)
  })
})
