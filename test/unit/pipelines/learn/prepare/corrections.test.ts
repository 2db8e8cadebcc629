import { beforeEach, expect, it } from 'vitest'
import { correctionsSince } from '../../../../../pipelines/learn/prepare/corrections.ts'
import { buildDataset } from '../../../../../src/review/build-dataset.ts'
import { openDatasetFolder } from '../../../../../src/review/dataset-folder.ts'
import type { DatasetManifest } from '../../../../../src/review/dataset-manifest.ts'
import type { ReviewedItem } from '../../../../../src/review/review-store.ts'
import { tempDir } from '../../../../support/temp-dir.ts'
import { assign, dayMs, judged, week } from '../../../review/judged-item.ts'

const shares = { train: 0.6, validation: 0.2, test: 0.2 }
const as = (label: string) => ({ fact: { verdict: 'relabel', labels: [label] } }) as const
const rejected = { fact: { verdict: 'reject', labels: [] } } as const
let dataDir: string
beforeEach(() => {
  dataDir = tempDir('corrections')
})

async function build(items: readonly ReviewedItem[], parent: DatasetManifest | null = null) {
  const made = buildDataset({ name: 'site', items, parent, shares, seed: 1, nowMs: 0, assign })
  await openDatasetFolder(dataDir).write(made)
  return made
}

it('are clips with another label than the model gave, and clips in which it saw nothing', async () => {
  const made = await build([
    ...week(),
    judged('b1', 5 * dayMs, rejected),
    judged('b2', 6 * dayMs, as('walking')),
    judged('b3', 7 * dayMs, { label: null, score: null, reason: 'random', ...as('falling') }),
    judged('b4', 8 * dayMs, { label: null, score: null, reason: 'random', ...rejected }),
  ])
  expect(correctionsSince({ dataDir, versions: [made], learned: [] })).toEqual([
    { id: 'b1', said: 'falling' },
    { id: 'b2', said: 'falling' },
    { id: 'b3', said: null },
  ])
})

it('are new once: what the live version learned from does not count, unless people changed their mind', async () => {
  const old = [...week(), judged('b1', 5 * dayMs, rejected), judged('b2', 6 * dayMs, rejected)]
  const first = await build(old)
  const now = old.map((item) => (item.id === 'b2' ? judged('b2', 6 * dayMs, as('walking')) : item))
  const second = await build([...now, judged('c1', 7 * dayMs, rejected)], first)
  const since = (learned: string[]) =>
    correctionsSince({ dataDir, versions: [second], learned }).map(({ id }) => id)
  expect(since(['site@1'])).toEqual(['b2', 'c1'])
  expect(since(['site@2'])).toEqual([])
  expect(since(['other@1', 'site@9'])).toEqual(['b1', 'b2', 'c1'])
})
