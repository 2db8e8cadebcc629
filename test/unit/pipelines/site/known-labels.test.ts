import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { knownLabels, refuseNewLabels } from '../../../../pipelines/site/known-labels.ts'
import { openReviewQueue } from '../../../../pipelines/site/review.ts'
import { parseConfig } from '../../../../src/config/load.ts'
import { openReviewStore } from '../../../../src/review/review-store.ts'
import { tempDir } from '../../../support/temp-dir.ts'
import { judged } from '../../review/judged-item.ts'

const clock = { nowMs: () => 0 }
let dataDir: string
beforeEach(() => {
  dataDir = tempDir('known-labels')
})

function bundle(name: string, kind: string, labels: readonly string[]) {
  const path = join(dataDir, name)
  mkdirSync(path)
  writeFileSync(
    join(path, 'bundle.json'),
    JSON.stringify({ kind, labels: labels.map((label) => ({ name: label })) }),
  )
  return { name, path }
}
const configOf = (models: readonly object[]) =>
  parseConfig(JSON.stringify({ version: 1, dataDir, models }), { file: 'v.yaml', env: {} })

describe('labels in use', () => {
  it('are those of models that score, and of none that cannot be read', () => {
    const models = [
      bundle('actions', 'clip', ['walking', 'falling']),
      bundle('sounds', 'audio', ['scream']),
      bundle('people', 'detector', ['person']),
      { name: 'gone', path: join(dataDir, 'gone') },
      { name: 'none', registry: 'none' },
    ]
    expect(knownLabels(configOf(models), clock)).toEqual(['falling', 'scream', 'walking'])
    expect(knownLabels(configOf([]), clock)).toEqual([])
  })

  const refuse = (labels: string[], known: string[]) =>
    refuseNewLabels(labels, known, { where: 'clip 1', allow: 'Give --new', code: 'API_BAD_REQUEST' })

  it.each([
    [['falling'], ['falling', 'walking'], null],
    [['anything'], [], null],
    [
      ['fallign'],
      ['falling', 'walking'],
      /"fallign" \(did you mean "falling"\?\); there are: falling, walking\. Give --new/,
    ],
    [['fall'], ['falling', 'walking'], /"fall" \(did you mean "falling"\?\)/],
    [['jogging', 'falling'], ['falling', 'running'], /"jogging" \(did you mean "running"\?\); there/],
    [['smoke'], ['falling'], /clip 1: no model and no dataset has the label "smoke"; there are: falling/],
  ])('%j of %j: %s', (labels, known, message) => {
    if (message) expect(() => refuse(labels, known)).toThrow(message)
    else expect(() => refuse(labels, known)).not.toThrow()
  })

  it('and those of the queue may be given to a clip; others only when they are meant', () => {
    const store = openReviewStore({ dataDir, clock })
    store.add([judged('a', 0), judged('b', 1, { label: 'loitering' })])
    store.close()
    const queue = openReviewQueue({ dataDir, clock, known: () => ['walking'] })
    const as = (label: string, newLabels = false) =>
      queue.judge('a', { verdict: 'relabel', labels: [label], who: 'ann', newLabels }).labels
    expect(as('walking')).toEqual(['walking'])
    expect(as('loitering')).toEqual(['loitering'])
    expect(() => as('walkin')).toThrow(/clip a: .*did you mean "walking"\?.* --new/)
    expect(as('waving', true)).toEqual(['waving'])
    // From then on it is in use.
    expect(as('waving')).toEqual(['waving'])
    queue.close()
  })
})
