import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LearnOutcome, learn } from '../../pipelines/learn/learn.ts'
import { type LearningConfig, learningSchema } from '../../src/config/schema/learning-schema.ts'
import { systemClock } from '../../src/core/clock.ts'
import { registryDir } from '../../src/core/data-dir.ts'
import { type ModelRegistry, openModelRegistry } from '../../src/registry/model-registry.ts'
import { movingSquares } from '../support/moving-squares.ts'
import { hasTool } from '../support/prepare-machine.ts'
import { tempDir } from '../support/temp-dir.ts'

const ready = hasTool('ffmpeg')
if (!ready) process.stderr.write('skipped: the learning loop (ffmpeg is missing)\n')

let folder: string
let list: string
let registry: ModelRegistry

beforeAll(async () => {
  if (!ready) return
  folder = tempDir('learn')
  list = await movingSquares(join(folder, 'clips'), { groups: 8, each: 3 })
  registry = openModelRegistry({ dir: registryDir(folder), clock: systemClock, who: 'test' })
})
afterAll(() => registry?.close())

const sizes = {
  frames: 8,
  widthPx: 32,
  heightPx: 32,
  patchPx: 8,
  width: 32,
  heads: 2,
  hidden: 64,
  depthSpace: 1,
  depthTime: 1,
}
/** Thresholds for few clips and a busy machine; what is left of the gate is about being better. */
const gate = {
  minItems: 6,
  minGroups: 1,
  minClassItems: 3,
  maxLatencyIncrease: 1000,
  requireSignificance: false,
  toleratedLoss: 1,
}

function plan(changes: Partial<Record<keyof LearningConfig, unknown>> = {}): LearningConfig {
  return learningSchema.parse({
    model: 'squares',
    labelled: [list],
    sizes,
    startFrom: 'scratch',
    testShare: 0.25,
    folds: 0,
    pretrain: { steps: 20, batch: 8, warmup: 2 },
    finetune: {
      steps: 120,
      batch: 16,
      peakRate: 3e-3,
      augmentation: { flip: false },
      labelSmoothing: 0,
      checkpointEvery: 20,
    },
    gate,
    ...changes,
  })
}

function run(
  learning: LearningConfig,
  options: { stopAfter?: (done: number, phase: string) => boolean } = {},
): Promise<LearnOutcome> {
  const controller = new AbortController()
  return learn({
    learning,
    dataDir: folder,
    registry,
    code: 'test',
    command: 'vireo learn --once',
    threads: 1,
    clock: systemClock,
    signal: controller.signal,
    onProgress({ done, phase }) {
      if (options.stopAfter?.(done, phase)) controller.abort()
    },
  })
}

describe.skipIf(!ready)('the learning loop', () => {
  let first: LearnOutcome

  it('learns from labelled clips, beats guessing, and goes live with its lineage and report', async () => {
    first = await run(plan())
    expect(first.decision.reasons.filter(({ holds }) => !holds)).toEqual([])
    expect(first).toMatchObject({ version: '1.0.0', result: 'live', resumed: false })
    expect(registry.state('squares').live).toBe('1.0.0')
    await registry.verify('squares', '1.0.0')
    const lineage = await registry.lineage('squares', '1.0.0')
    expect(lineage).toMatchObject({ parent: null, seed: 1, code: 'test', run: first.run })
    expect(lineage.dataset).toMatch(/^labelled-[0-9a-f]{12}$/)
    expect(lineage.metrics.accuracy).toBeGreaterThan(0.8)
    expect(lineage.files.map(({ path }) => path).sort()).toEqual([
      'report.html',
      'training/model.json',
      'training/weights.bin',
    ])
    for (const file of [
      'report.html',
      'history.jsonl',
      'metrics.json',
      'pretrain.jsonl',
      'reconstruction-0.png',
    ])
      expect(existsSync(join(first.runDir, file))).toBe(true)
    const html = readFileSync(first.report, 'utf8')
    expect(html).toContain('squares@1.0.0')
    expect(html).toMatch(/the most frequent label|guessing all labels/)
    expect(JSON.parse(readFileSync(join(first.runDir, 'metrics.json'), 'utf8'))).toMatchObject({
      promote: true,
    })
  })

  it('refuses a version that is worse, says why, and leaves the live one alone', async () => {
    const worse = await run(
      plan({ pretrain: { steps: 0 }, finetune: { steps: 2, batch: 4, peakRate: 1e-5 } }),
    )
    expect(worse).toMatchObject({ version: '1.1.0', result: 'refused' })
    const [reason] = worse.decision.reasons.filter(({ holds }) => !holds)
    expect(reason!.text).toMatch(/against .* of squares@1\.0\.0/)
    expect(registry.state('squares')).toMatchObject({ live: '1.0.0', shadow: null })
    expect((await registry.versions('squares')).map(({ version }) => version)).toEqual(['1.0.0'])
    expect(readFileSync(worse.report, 'utf8')).toContain('squares@1.0.0')
  })

  it('goes on where it was stopped, on the same test footage, and can be rolled back', async () => {
    const equal = plan({ gate: { ...gate, minImprovement: -1 }, seed: 2, quantize: 'dynamic' })
    const stopped = run(equal, { stopAfter: (done, phase) => phase === 'finetune' && done === 60 })
    await expect(stopped).rejects.toMatchObject({ code: 'TRAIN_STOPPED' })
    const phases: string[] = []
    const second = await run(equal, {
      stopAfter(done, phase) {
        phases.push(`${phase} ${done}`)
        return false
      },
    })
    expect(second).toMatchObject({ resumed: true, version: '1.1.0', result: 'live' })
    // What had been done was not done again.
    expect(phases.some((each) => each.startsWith('pretrain'))).toBe(false)
    expect(phases.find((each) => each.startsWith('finetune'))).toBe('finetune 61')
    const { metrics } = await registry.lineage('squares', '1.1.0')
    expect(metrics['quantize.bytesAfter']).toBeLessThan(metrics['quantize.bytesBefore']!)
    expect(registry.state('squares')).toMatchObject({ live: '1.1.0', previous: '1.0.0' })
    await registry.rollback('squares', { reason: 'a test' })
    expect(registry.state('squares').live).toBe('1.0.0')
  })

  it('begins with the weights of the live version when it may', async () => {
    const onward = await run(
      plan({
        startFrom: 'live',
        pretrain: { steps: 0 },
        finetune: { steps: 1, batch: 4, peakRate: 1e-6 },
        promote: 'no',
        gate: { ...gate, minImprovement: -1 },
      }),
    )
    expect(onward.result).toBe('registered')
    // One tiny step from good weights: as good as they were.
    const { metrics, parent } = await registry.lineage('squares', onward.version)
    expect(parent).toBe('1.0.0')
    expect(metrics.accuracy).toBeGreaterThan(0.8)
    expect(registry.state('squares').live).toBe('1.0.0')
  })

  it.each([
    [{ labelled: ['/nowhere.csv'] }, 'TRAIN_DATA', /nowhere\.csv: is not there/],
    [{ background: ['nothing'] }, 'TRAIN_DATA', /no footage is labelled "nothing"/],
    [{ sizes: { ...sizes, widthPx: 30 } }, 'TRAIN_PLAN', /widthPx 30 is no multiple of patchPx 8/],
    [{ gate: { minFigur: 1 } }, 'TRAIN_PLAN', /minFigur/],
    [{ pretrain: { maskRatio: 2 } }, 'TRAIN_PLAN', /pretrain: maskRatio/],
  ])('refuses %j before it begins', async (changes, code, message) => {
    await expect(run(plan(changes))).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
  })
})
