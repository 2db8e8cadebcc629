import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readUnseen } from '../../../pipelines/learn/judge/cross-folds.ts'
import { dataFiles } from '../../../src/core/data-dir.ts'
import { AppError } from '../../../src/core/errors.ts'
import { openPrecisionCache } from '../../../src/infer/precision/precision-cache.ts'
import { countNodes } from '../../../src/onnx/node-counts.ts'
import { encodeNote, readPartEnd, readPartHead } from '../../../src/record/clip/clip-part.ts'
import { parseLineage } from '../../../src/registry/lineage.ts'
import { readLoad } from '../../../src/schedule/load-signal.ts'
import { splitForEver } from '../../../src/train/data/frozen-split.ts'
import { readVerdicts } from '../../../src/train/evaluate/verdicts.ts'
import { openRunFolder } from '../../../src/train/run/run-folder.ts'
import { readHistory } from '../../../src/train/run/run-history.ts'
import { tempDir } from '../../support/temp-dir.ts'

/** What a crash, a full disk or an editor may leave: no JSON, and JSON of every other form. */
const damaged = [
  '',
  '{"labels": [',
  'null',
  '7',
  '"text"',
  '[]',
  '{}',
  '[null]',
  '{"labels":7,"predictions":null}',
]
const clock = { nowMs: () => 0, monoMs: () => 0, after: () => () => {} }

/** Readers of files: each gives what it gives for none, or one error that names the file. */
const readers: Record<string, (text: string, dir: string) => unknown> = {
  verdicts: (text, dir) => {
    writeFileSync(join(dir, 'predictions.json'), text)
    return readVerdicts(dir)
  },
  unseen: (text, dir) => {
    writeFileSync(join(dir, 'unseen.json'), text)
    return readUnseen(dir, ['fall'])
  },
  history: (text, dir) => {
    writeFileSync(join(dir, 'history.jsonl'), `${text}\n`)
    return readHistory(dir)
  },
  lineage: (text, dir) => parseLineage(text, join(dir, 'lineage.json')),
  profile: (text, dir) => {
    writeFileSync(join(dir, 'p.json'), text)
    return countNodes(join(dir, 'p.json'))
  },
  sides: (text, dir) => {
    const file = join(dir, 'sides.json')
    writeFileSync(file, text)
    const items = ['a', 'b', 'c'].map((id) => ({ id, group: id, label: 'x' }))
    return splitForEver({ file, items, shares: { train: 1, validation: 0, test: 0 }, seed: 1 })
  },
  run: async (text, dir) => {
    mkdirSync(join(dir, 'old'))
    writeFileSync(join(dir, 'old/run.json'), text)
    return (await openRunFolder({ runsDir: dir, model: 'm', identity: 'i', clock })).resumed
  },
  precision: (text, dir) => {
    writeFileSync(join(dir, 'precision.json'), text)
    return openPrecisionCache(dir).read('key')
  },
  load: (text, dir) => {
    const file = join(dir, dataFiles.load)
    writeFileSync(file, text)
    return readLoad(dir, 0)
  },
  part: (text, dir) => {
    const body = Buffer.from(text)
    const head = Buffer.from(encodeNote({ reason: null, cutUs: null })).subarray(0, 8)
    head.writeUInt32BE(8 + body.length)
    writeFileSync(join(dir, 'a.part'), Buffer.concat([head, body]))
    return Promise.all([readPartHead(join(dir, 'a.part')), readPartEnd(join(dir, 'a.part'))])
  },
}

describe('damaged files', () => {
  it.each(Object.entries(readers))('are told or passed over, never a fault: %s', async (_name, read) => {
    for (const text of damaged) {
      const thrown = await Promise.resolve()
        .then(() => read(text, tempDir('damaged')))
        .then(
          () => null,
          (error: unknown) => error,
        )
      if (thrown === null) continue
      expect(thrown).toBeInstanceOf(AppError)
      expect((thrown as AppError).code).not.toBe('BUG_UNEXPECTED')
      expect((thrown as AppError).message).toContain('/')
    }
  })
})
