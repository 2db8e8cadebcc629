import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { compareModels } from '../../../../src/train/evaluate/compare-models.ts'
import { evaluate } from '../../../../src/train/evaluate/evaluate.ts'
import { judgedRecord, readJudged, writeJudged } from '../../../../src/train/evaluate/judged-record.ts'
import type { Prediction } from '../../../../src/train/evaluate/prediction.ts'
import { tempDir } from '../../../support/temp-dir.ts'

const labels = ['falling', 'walking']
const said = (sure: (n: number) => number): Prediction[] =>
  Array.from({ length: 100 }, (_, n) => ({
    id: `c${n}`,
    group: `g${n % 10}`,
    truth: n % 2,
    probabilities: Float32Array.from(n % 2 === 0 ? [sure(n), 1 - sure(n)] : [1 - sure(n), sure(n)]),
  }))

function record() {
  const [before, now] = [said((n) => (n < 80 ? 0.2 : 0.9)), said((n) => (n < 70 ? 0.3 - n / 1000 : 0.9))]
  const [champion, challenger] = [before, now].map((predictions) => evaluate({ labels, predictions }))
  const comparison = compareModels({
    champion: { name: 'a@1', evaluation: champion!, predictions: before },
    challenger: { name: 'a@2', evaluation: challenger!, predictions: now },
    seed: 1,
    resamples: 200,
  })
  const decision = { promote: true, reasons: [] }
  return judgedRecord({
    evaluation: challenger!,
    comparison,
    decision,
    corrected: [],
    predictions: now,
    clips: 100,
    datasets: ['site@1'],
  })
}

describe('what is kept of a judgement', () => {
  it('is read as it was written, with bounded lists', async () => {
    const dir = tempDir('judged')
    const kept = record()
    await writeJudged(dir, kept)
    const read = await readJudged(dir)
    expect(read).toMatchObject({
      labels,
      clips: 100,
      datasets: ['site@1'],
      champion: { name: 'a@1', accuracy: 0.2 },
      challenger: {
        name: 'a@2',
        accuracy: 0.3,
        confusion: [
          [15, 35],
          [35, 15],
        ],
      },
      fixed: { count: 10 },
      broken: { count: 0, first: [] },
      stillWrong: { count: 70 },
      stillRight: 20,
    })
    expect(read!.stillWrong.first).toHaveLength(60)
    expect(read!.mistakes).toHaveLength(60)
  })

  it('names the mistakes, the surest first', () => {
    const { mistakes } = record()
    expect(mistakes[0]).toEqual({
      id: 'c69',
      group: 'g9',
      truth: 'walking',
      said: 'falling',
      confidence: 0.769,
    })
    expect(mistakes.map(({ confidence }) => confidence)).toEqual(
      mistakes.map(({ confidence }) => confidence).toSorted((a, b) => b - a),
    )
  })

  it('is nothing where there is none, or it is damaged', async () => {
    const dir = tempDir('judged')
    expect(await readJudged(dir)).toBeNull()
    writeFileSync(join(dir, 'judged.json'), '{"labels": [')
    expect(await readJudged(dir)).toBeNull()
  })
})
