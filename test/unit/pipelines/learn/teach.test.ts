import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { thresholdsOf } from '../../../../pipelines/learn/bundle-card.ts'
import { foldsOf, readUnseen, writeUnseen } from '../../../../pipelines/learn/judge/cross-folds.ts'
import { teachingPlan } from '../../../../pipelines/learn/teach.ts'
import type { LearningConfig } from '../../../../src/config/schema/learning-schema.ts'
import type { LabelledVideo } from '../../../../src/train/data/labelled-set.ts'
import { tempDir } from '../../../support/temp-dir.ts'

let dir: string
beforeEach(() => {
  dir = tempDir('teach')
})

function clips(...paths: string[]): string {
  for (const path of paths) {
    mkdirSync(join(dir, path, '..'), { recursive: true })
    writeFileSync(join(dir, path), '')
  }
  return dir
}
const plan = (given: Partial<LearningConfig> = {}) => teachingPlan({ folder: dir, model: 'taught', given })

describe('what vireo teach learns', () => {
  it('is a folder of labels, of which those that show nothing never alert', async () => {
    clips(
      'fall/ann/1.mp4',
      'fall/ben/1.mp4',
      'Nothing/1.mp4',
      'normal/2.mp4',
      'other/3.mp4',
      'walk/ben/2.mp4',
    )
    const { background, labelled, model } = await plan()
    expect([background, labelled, model]).toEqual([['Nothing', 'normal', 'other'], [dir], 'taught'])
  })

  it('has no sides of its own for few clips, and keeps what the configuration says of the rest', async () => {
    clips('fall/1.mp4', 'walk/1.mp4')
    expect(await plan({ folds: 2, background: ['walk'] })).toMatchObject({
      validationShare: 0,
      testShare: 0,
      folds: 2,
      background: ['walk'],
    })
    clips(...Array.from({ length: 110 }, (_, n) => `fall/g${n % 10}/${n}.mp4`))
    expect(await plan()).toMatchObject({ validationShare: 0.15, testShare: 0.2 })
  })

  it.each([
    [
      'of one label',
      ['fall/1.mp4', 'fall/2.mp4'],
      'TRAIN_LABEL',
      /all 2 clips have the label "fall".*"nothing"/,
    ],
    ['of labels that show nothing', ['normal/1.mp4', 'other/2.mp4'], 'TRAIN_LABEL', /would ever alert/],
    ['of one group', ['fall/ann/1.mp4', 'walk/ann/2.mp4'], 'TRAIN_SPLIT', /of the group "ann".*two groups/],
    ['of nothing', ['readme.txt'], 'TRAIN_DATA', /no labelled footage/],
  ])('is not a folder %s', async (_name, paths, code, message) => {
    clips(...paths)
    await expect(plan()).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
  })
})

const item = (n: number, group: string, label: string): LabelledVideo => ({
  id: `${n}`,
  path: `${n}`,
  label,
  group,
})
/** 24 clips of four labels and six people. */
const people = Array.from({ length: 24 }, (_, n) => item(n, `p${n % 6}`, `l${Math.floor(n / 6)}`))
const job = (
  train: readonly LabelledVideo[],
  validation: readonly LabelledVideo[] = [],
  folds: 0 | 2 | 3 = 3,
) =>
  ({
    learning: { folds, seed: 1 },
    split: { train, validation, test: [] },
    backbone: null,
  }) as unknown as Parameters<typeof foldsOf>[0]

describe('parts of cross-validation', () => {
  it('are three that share no group and hold every clip once, each with every label', () => {
    const parts = foldsOf(job(people.slice(0, 20), people.slice(20)))
    expect(parts.length).toBe(3)
    expect(
      parts
        .flat()
        .map(({ id }) => Number(id))
        .sort((a, b) => a - b),
    ).toEqual(people.map((_, n) => n))
    const groups = parts.map((part) => new Set(part.map(({ group }) => group)))
    expect(groups.reduce((sum, set) => sum + set.size, 0)).toBe(6)
    for (const part of parts) expect(new Set(part.map(({ label }) => label)).size).toBe(4)
  })

  it('are two for two groups, and none for one, where validation says enough, or where they are switched off', () => {
    const two = people.filter(({ group }) => group === 'p0' || group === 'p1')
    expect(foldsOf(job(two)).length).toBe(2)
    expect(foldsOf(job(people.filter(({ group }) => group === 'p0')))).toEqual([])
    expect(foldsOf(job(people, people))).toEqual([])
    // Ways to learn are compared by parts, however much there is for validation.
    expect(foldsOf({ ...job(people, people), compared: true }).length).toBe(3)
    expect(foldsOf(job(people, [], 0))).toEqual([])
  })

  it('leave what was said of each clip, by the names of its labels', async () => {
    const said = [
      {
        id: 'a',
        group: 'g',
        truth: 1,
        probabilities: Float32Array.of(0.25, 0.75),
        peaks: Float32Array.of(0.5, 1),
      },
    ]
    await writeUnseen(dir, ['run', 'walk'], said)
    expect(await readUnseen(dir, ['run', 'walk'])).toEqual(said)
    expect(await readUnseen(dir, ['fall', 'walk', 'run'])).toEqual([
      {
        id: 'a',
        group: 'g',
        truth: 1,
        probabilities: Float32Array.of(0, 0.75, 0.25),
        peaks: Float32Array.of(0, 1, 0.5),
      },
    ])
    expect(await readUnseen(join(dir, 'nowhere'), ['run'])).toBeNull()
  })
})

describe('thresholds', () => {
  const said = (truth: number, ...peaks: number[]) => ({
    id: '',
    group: '',
    truth,
    probabilities: Float32Array.of(0, 0),
    peaks: Float32Array.from(peaks),
  })

  it('lie in the middle between what must alert and what must not, and of few clips at one half at least', () => {
    const list = [said(0, 0.9, 0.2), said(0, 0.95, 0.1), said(1, 0.7, 0.3), said(1, 0.2, 0.35)]
    const thresholdOf = thresholdsOf(list)
    expect(thresholdOf(0)).toBeCloseTo(0.8, 1)
    expect(thresholdOf(1)).toBe(0.5)
    expect(thresholdsOf(list, false)(1)).toBeLessThan(0.31)
  })

  it('have a floor where nothing was said at all', () => {
    expect(thresholdsOf([])(0)).toBeGreaterThanOrEqual(0.5)
  })
})
