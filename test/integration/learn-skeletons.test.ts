import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LearnOptions } from '../../pipelines/learn/job.ts'
import { type LearnOutcome, learn } from '../../pipelines/learn/learn.ts'
import { createWindowScorer } from '../../pipelines/learn/skeleton/score-windows.ts'
import { loadBundle } from '../../src/bundle/load-bundle.ts'
import { learningSchema } from '../../src/config/schema/learning-schema.ts'
import { systemClock } from '../../src/core/clock.ts'
import { registryDir } from '../../src/core/data-dir.ts'
import { type ModelRegistry, openModelRegistry } from '../../src/registry/model-registry.ts'
import { buildDataset } from '../../src/review/build-dataset.ts'
import { openDatasetFolder } from '../../src/review/dataset-folder.ts'
import { standingReadings } from '../../src/skeleton/body-file.ts'
import { skeletonWindow } from '../../src/skeleton/skeleton-window.ts'
import { type DrawnAct, drawnReadings, writeDrawnClip } from '../support/drawn-bodies.ts'
import { tempDir } from '../support/temp-dir.ts'
import { assign, dayMs, judged } from '../unit/review/judged-item.ts'

const shipped = join(import.meta.dirname, '../../models/skeleton')
const first = JSON.parse(readFileSync(join(shipped, 'bundle.json'), 'utf8')).version as string
const next = first.replace(/\.(\d+)\.\d+$/, (_, minor) => `.${Number(minor) + 1}.0`)
const folder = tempDir('learn-skeletons')
let registry: ModelRegistry

/** Eight clips of an action that no model knows, on four days, and as many in which a person saw nothing. */
async function reviewDays(): Promise<void> {
  const items = Array.from({ length: 16 }, (_, n) => {
    const act: DrawnAct = n % 2 === 0 ? 'flagging' : 'waiting'
    const day = n >> 2
    const path = writeDrawnClip(join(folder, `clip-${n}.mp4`), act, n + 1)
    const fact =
      act === 'flagging'
        ? ({ verdict: 'relabel', labels: ['flagging'] } as const)
        : ({ verdict: 'reject', labels: [] } as const)
    return judged(`c${n}`, day * dayMs + n * 60_000, { path, label: 'waving', fact })
  })
  const shares = { train: 1, validation: 0, test: 0 }
  const manifest = buildDataset({ name: 'site', items, parent: null, shares, seed: 1, nowMs: 0, assign })
  await openDatasetFolder(folder).write(manifest)
}

const told: string[] = []
const options = (learning: object = {}): LearnOptions => ({
  learning: learningSchema.parse({
    model: 'actions',
    kind: 'skeleton',
    labelled: ['dataset:site'],
    folds: 2,
    finetune: { steps: 60 },
    // The machine is busy with other tests.
    gate: { maxLatencyIncrease: 1000 },
    ...learning,
  }),
  dataDir: folder,
  registry,
  site: [],
  code: 'test',
  command: 'vireo learn',
  threads: 2,
  clock: systemClock,
  signal: new AbortController().signal,
  onProgress: () => {},
  onNotice: (text) => told.push(text),
})
const site = (path: string) => [{ name: 'actions', path }] as unknown as LearnOptions['site'] & object

beforeAll(async () => {
  registry = openModelRegistry({ dir: registryDir(folder), clock: systemClock, who: 'test' })
  await reviewDays()
})
afterAll(() => registry?.close())

/** The score of a label for somebody whom nobody has learned from. */
async function scoreOf(dir: string, act: DrawnAct, seed: number, label: string): Promise<number> {
  const loaded = await loadBundle(dir)
  const { frames, sampleFps } = loaded.bundle.temporal
  const readings = standingReadings(drawnReadings(act, seed))
  const window = skeletonWindow(readings, [], { endPtsUs: 4_000_000, frames, sampleFps })!
  const scorer = await createWindowScorer(loaded, 1)
  const scores = await scorer.score(window, 1).finally(() => scorer.close())
  return scores[loaded.bundle.labels.findIndex(({ name }) => name === label)]!
}

describe.skipIf(!existsSync(shipped))('learning a new action of a site from eight reviewed clips', () => {
  let outcome: LearnOutcome

  it('makes the model of the configuration the first version, and one that knows the action live', async () => {
    outcome = await learn({ ...options({ kind: 'auto' }), site: site(shipped) })
    expect(outcome.decision.reasons.filter(({ holds }) => !holds)).toEqual([])
    expect(outcome).toMatchObject({ result: 'live', live: first, version: next })
    const after = told.slice(told.findIndex((text) => text.startsWith('the skeleton model is taught')))
    expect(after[1]).toMatch(/^actions \S+ is the model of .*skeleton: the first version in the registry/)
    expect(after[1]).toContain(`actions ${first} `)
    expect(after[2]).toMatch(/^16 labelled clips of 4 groups, people were found in 16; .* learns flagging/)
    const { bundle } = await loadBundle(registry.dirOf('actions', next))
    expect(bundle).toMatchObject({ kind: 'skeleton', name: 'actions', parent: `actions@${first}` })
    expect(bundle.trainedOn).toBeUndefined()
    const before = (await loadBundle(shipped)).bundle.labels
    // Columns, thresholds and background of what was known stay.
    expect(bundle.labels.slice(0, before.length)).toEqual(before)
    const [added, ...more] = bundle.labels.slice(before.length)
    expect(more).toEqual([])
    expect(added).toMatchObject({ name: 'flagging', background: false })
    expect(added!.threshold).toBeGreaterThanOrEqual(0.5)
  })

  it('compares the ways to learn, leaves out what cannot be, and says why it chose', () => {
    expect(told[0]).toBe(
      '2 ways to learn are compared by cross-validation: the skeleton model, a network of its own',
    )
    // Of these clips there are keypoints alone.
    expect(told).toContainEqual(
      expect.stringMatching(/^a network of its own cannot be taught: what comes is no video/),
    )
    expect(outcome.choice).toMatchObject({ way: 'skeleton', tried: [{ clips: 16, way: 'skeleton' }] })
    expect(outcome.choice!.why).toMatch(/^the skeleton model is taught: it is right on 1\d of 16 clips/)
    expect(readFileSync(outcome.report, 'utf8')).toContain('the skeleton model is taught')
  })

  it('recognises it in people whom it has not seen, and not in those who wait', async () => {
    const dir = registry.dirOf('actions', next)
    const { threshold } = (await loadBundle(dir)).bundle.labels.at(-1)!
    for (const seed of [101, 102, 103, 104]) {
      expect(await scoreOf(dir, 'flagging', seed, 'flagging')).toBeGreaterThan(threshold)
      expect(await scoreOf(dir, 'waiting', seed, 'flagging')).toBeLessThan(0.2)
    }
  })

  it('says in the decision, the report and the lineage what it rests on', async () => {
    const known = outcome.decision.reasons.find(({ rule }) => rule === 'known')!
    expect(known).toMatchObject({ holds: true, limit: 0.05 })
    expect(known.text).toMatch(/^Of 16 actions that it knew, /)
    const items = outcome.decision.reasons.find(({ rule }) => rule === 'items')!
    expect(items.text).toMatch(/^16 test items, 16 of them by cross-validation/)
    expect(outcome.corrected).toMatchObject({ clips: 16 })
    expect(readFileSync(outcome.report, 'utf8')).toContain('flagging')
    expect(await registry.lineage('actions', next)).toMatchObject({
      parent: first,
      datasets: ['site@1'],
    })
  })

  it('goes back like every model', async () => {
    await registry.rollback('actions', { reason: 'test' })
    expect(registry.state('actions').live).toBe(first)
  })
})

describe('what a skeleton model cannot be taught from', () => {
  it('is told before anything is trained', async () => {
    const other = { model: 'others' }
    await expect(learn(options(other))).rejects.toMatchObject({
      code: 'TRAIN_PLAN',
      message: expect.stringMatching(/there is no skeleton model to teach: others has no version/),
    })
    await expect(learn(options({ ...other, backbone: './models/video' }))).rejects.toMatchObject({
      message: expect.stringMatching(/^backbone: /),
    })
  })
})
