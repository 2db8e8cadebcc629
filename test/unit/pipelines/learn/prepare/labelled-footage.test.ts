import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { labelledFootage } from '../../../../../pipelines/learn/prepare/labelled-footage.ts'
import { buildDataset } from '../../../../../src/review/build-dataset.ts'
import { openDatasetFolder } from '../../../../../src/review/dataset-folder.ts'
import { splitForEver } from '../../../../../src/train/data/frozen-split.ts'
import { tempDir } from '../../../../support/temp-dir.ts'
import { assign, dayMs, judged } from '../../../review/judged-item.ts'

const shares = { train: 0.6, validation: 0.2, test: 0.2 }
let dataDir: string
beforeEach(async () => {
  dataDir = tempDir('labelled')
  const clips = Array.from({ length: 6 }, (_, day) => {
    const path = join(dataDir, `${day}.mp4`)
    // The clip of the last day is gone from the disk.
    if (day < 5) writeFileSync(path, 'a clip')
    return judged(`d${day}`, day * dayMs, {
      path,
      ...(day === 1 && { fact: { verdict: 'reject', labels: [] } }),
      ...(day === 2 && { fact: { verdict: 'relabel', labels: ['walking', 'waving'] } }),
      ...(day === 3 && { fact: { verdict: 'relabel', labels: ['walking'], startMs: 1000, endMs: 3000 } }),
    })
  })
  const manifest = buildDataset({
    name: 'site',
    items: clips,
    parent: null,
    shares,
    seed: 1,
    nowMs: 0,
    assign,
  })
  await openDatasetFolder(dataDir).write(manifest)
})

const read = (source: string, notices: string[] = []) =>
  labelledFootage({
    sources: [source],
    dataDir,
    background: 'nothing',
    onNotice: (text) => notices.push(text),
  })

describe('labelled footage of a dataset version', () => {
  it('has the parts, labels and groups that people gave it, and tells what is left out', async () => {
    const notices: string[] = []
    const { set } = await read('dataset:site', notices)
    expect(set.labels).toEqual(['falling', 'nothing', 'walking'])
    expect(set.items.map(({ id, label, startMs, endMs }) => [id, label, startMs, endMs])).toEqual([
      ['d0', 'falling', 0, 8000],
      ['d1', 'nothing', 0, 8000],
      ['d3', 'walking', 1000, 3000],
      ['d4', 'falling', 0, 8000],
    ])
    expect(set.items[0]!.group).toBe('gate/1970-01-01')
    expect(notices.sort()).toEqual([
      expect.stringMatching(/^dataset site v1: 1 of 6 clips show several labels at once.*the first is d2$/),
      expect.stringMatching(/^dataset site v1: 1 of 6 clips were removed from the disk; the first is d5$/),
    ])
  })

  it('keeps the sides of the version in training', async () => {
    const { set, sides } = await read('dataset:site@1')
    expect(sides.size).toBe(4)
    const options = {
      file: join(dataDir, 'split.json'),
      items: set.items,
      shares: { train: 0.7, validation: 0, test: 0.3 },
    }
    const given = new Map(
      [...sides].map(([group], index) => [group, index === 2 ? 'test' : 'train'] as const),
    )
    const { split } = await splitForEver({ ...options, seed: 9, given })
    expect(split.test.map(({ id }) => id)).toEqual(['d3'])
  })

  it('names the versions that there are', async () => {
    await expect(read('dataset:site@4')).rejects.toThrow(/there are v1/)
    await expect(read('dataset:other')).rejects.toMatchObject({ code: 'TRAIN_DATA' })
  })
})
