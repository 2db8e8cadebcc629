import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { prepareRun } from '../../../../../pipelines/learn/prepare/learn-prepare.ts'
import { learningSchema } from '../../../../../src/config/schema/learning-schema.ts'
import type { ModelRegistry } from '../../../../../src/registry/model-registry.ts'
import { splitSides } from '../../../../../src/train/evaluate/split-by-group.ts'
import { tempDir } from '../../../../support/temp-dir.ts'
import { createFakeClock } from '../../../infer/fake-clock.ts'

let dir: string
beforeEach(() => {
  dir = tempDir('prepare')
  const rows = ['path,label,group']
  for (let n = 0; n < 30; n += 1) {
    writeFileSync(join(dir, `${n}.mp4`), `clip ${n}`)
    rows.push(`${n}.mp4,${n % 2 ? 'fall' : 'nothing'},g${n % 10}`)
  }
  writeFileSync(join(dir, 'labels.csv'), `${rows.join('\n')}\n`)
})

type Given = { learning?: object; live?: string | null; next?: string }

function prepare({ learning = {}, live = null, next = '1.1.0' }: Given = {}) {
  const registry = {
    state: () => ({ live, shadow: null, previous: null }),
    dirOf: (model: string, version: string) => join(dir, 'registry', model, version),
    nextVersion: async () => next,
    lineage: async () => ({ datasets: [] }),
  } as unknown as ModelRegistry
  return prepareRun({
    learning: learningSchema.parse({
      model: 'actions',
      labelled: [join(dir, 'labels.csv')],
      network: 'transformer',
      background: ['nothing'],
      ...learning,
    }),
    dataDir: join(dir, 'data'),
    registry,
    code: '1',
    command: 'vireo learn',
    threads: 1,
    clock: createFakeClock().clock,
    onProgress: () => {},
    signal: new AbortController().signal,
  })
}

describe('prepareRun', () => {
  it('gives footage, sides that share no group, plans, and the version that it will be', async () => {
    const job = await prepare({ live: '1.0.0' })
    expect([job.set.labels, job.set.items.length]).toEqual([['fall', 'nothing'], 30])
    expect([job.champion, job.version, job.datasets, job.corrections]).toEqual(['1.0.0', '1.1.0', [], []])
    const groups = splitSides.map((side) => new Set(job.split[side].map(({ group }) => group)))
    expect(groups.map(({ size }) => size > 0)).toEqual([true, true, true])
    expect(groups.reduce((sum, { size }) => sum + size, 0)).toBe(10)
    expect(job.leaks).toEqual([])
    expect(job.plans.pretrain.steps).toEqual(expect.any(Number))
    expect(job.run.resumed).toBe(false)
  })

  it('goes on with an unfinished run, as it was begun, though another version is live by now', async () => {
    const first = await prepare({ live: '1.0.0', next: '1.1.0' })
    const second = await prepare({ live: '1.5.0', next: '1.6.0' })
    expect([second.run.id, second.run.resumed]).toEqual([first.run.id, true])
    expect([second.champion, second.version]).toEqual(['1.0.0', '1.1.0'])
    expect(second.split).toEqual(first.split)
  })

  it.each([
    ['how many threads there are', { threads: 3 }, true],
    ['when it learns', { schedule: '0 3 * * *' }, true],
    ['how far it steps back', { niceness: 3, pauseAbove: 2 }, true],
    ['the seed', { seed: 2 }, false],
    ['the plan', { finetune: { epochs: 3 } }, false],
    ['the network', { preset: 'small' }, false],
  ])('with another setting of %s the run is the same or a new one', async (_name, learning, same) => {
    const first = await prepare()
    const second = await prepare({ learning })
    expect(second.run.id === first.run.id).toBe(same)
  })

  it('begins a new run when footage was added or the last one is finished, and keeps groups on their sides', async () => {
    const first = await prepare()
    const sideOf = (job: typeof first) =>
      new Map(splitSides.flatMap((side) => job.split[side].map(({ group }) => [group, side] as const)))
    writeFileSync(join(dir, '30.mp4'), 'one more')
    writeFileSync(join(dir, 'more.csv'), 'path,label,group\n30.mp4,fall,g99\n')
    const labelled = [join(dir, 'labels.csv'), join(dir, 'more.csv')]
    const second = await prepare({ learning: { labelled } })
    expect(second.run.id).not.toBe(first.run.id)
    for (const [group, side] of sideOf(first))
      expect([group, sideOf(second).get(group)]).toEqual([group, side])
    await second.run.finish()
    expect((await prepare({ learning: { labelled } })).run.id).not.toBe(second.run.id)
  })

  it('takes footage for pretraining as configured, and recorded segments where they are wanted', async () => {
    const segments = join(dir, 'data', 'segments', 'gate')
    mkdirSync(segments, { recursive: true })
    for (let n = 0; n < 450; n += 1) writeFileSync(join(segments, `${1000 + n}.mp4`), 'a segment')
    expect((await prepare()).footage).toEqual([])
    const { footage } = await prepare({ learning: { recordings: true } })
    expect(footage).toHaveLength(200)
    expect(new Set(footage.map(({ path }) => path)).size).toBe(200)
  })

  it.each([
    ['a wrong plan', { finetune: { epochs: 0 } }, 'TRAIN_PLAN', /epochs/],
    ['a wrong gate', { gate: { minItems: 'many' } }, 'TRAIN_PLAN', /^gate: minItems/],
    ['an unknown rule of the gate', { gate: { luck: 1 } }, 'TRAIN_PLAN', /luck/],
    ['sizes that do not go together', { sizes: { widthPx: 65 } }, 'TRAIN_PLAN', /widthPx 65/],
    [
      'a background that nothing shows',
      { background: ['rain'] },
      'TRAIN_DATA',
      /"rain"; there are: fall, nothing/,
    ],
    ['footage that is not there', { labelled: ['/nowhere/labels.csv'] }, 'TRAIN_DATA', /nowhere/],
  ])('refuses %s before a run is begun', async (_name, learning, code, message) => {
    await expect(prepare({ learning })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    })
    expect(existsSync(join(dir, 'data', 'runs'))).toBe(false)
  })
})
