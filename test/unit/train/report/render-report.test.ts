import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareModels } from '../../../../src/train/evaluate/compare-models.ts'
import { evaluate } from '../../../../src/train/evaluate/evaluate.ts'
import { gate } from '../../../../src/train/evaluate/gate.ts'
import { gateRulesSchema } from '../../../../src/train/evaluate/gate-rules.ts'
import { ticks, tickText } from '../../../../src/train/report/axis.ts'
import { lineChart } from '../../../../src/train/report/line-chart.ts'
import { renderReport } from '../../../../src/train/report/render-report.ts'
import { synthetic } from '../evaluate/synthetic.ts'

const hostile = '<script>alert("x")</script>&\'"'

function report(text: string) {
  const labels = [`fall ${text}`, 'run', 'walk']
  const side = (seed: number, accuracy: number) => {
    const predictions = synthetic({ seed, groups: 20, perGroup: 3, accuracy }).map((each) => ({
      ...each,
      id: `${each.id}${text}`,
      group: `${each.group}${text}`,
    }))
    return {
      name: `m${seed}${text}`,
      predictions,
      evaluation: evaluate({ labels, predictions, validation: predictions }),
    }
  }
  const comparison = compareModels({
    champion: side(1, 0.6),
    challenger: side(2, 0.9),
    seed: 1,
    resamples: 200,
  })
  return renderReport({
    title: `actions@2 ${text}`,
    createdAt: new Date(0),
    evaluation: comparison.challenger.evaluation,
    comparison,
    decision: gate({ rules: gateRulesSchema.parse({}), comparison, leaks: [] }),
    corrected: [
      {
        id: `a${text}`,
        group: `gate${text}`,
        side: 'train',
        said: `fall ${text}`,
        truth: `walk${text}`,
        before: `fall ${text}`,
        wasRight: false,
        now: `walk${text}`,
        right: true,
      },
      {
        id: `b${text}`,
        group: `gate${text}`,
        side: 'test',
        said: null,
        truth: 'run',
        before: null,
        wasRight: false,
        now: `walk${text}`,
        right: false,
      },
    ],
    history: [
      { step: 1, loss: 2, learningRate: 0.1 },
      { step: 2, loss: Number.NaN, validationLoss: 1.5, accuracy: 0.5 },
      { step: 3, loss: 1, learningRate: 0.05 },
    ],
    pretraining: [{ epoch: 1, loss: 0.5 }],
    reconstructions: [{ caption: `clip ${text}`, png: Uint8Array.of(137, 80, 78, 71) }],
    lineage: { parent: `actions@1 ${text}`, dataset: null },
    config: { note: text },
    command: `vireo learn --note ${text}`,
  })
}

/** Elements that are opened and not closed, or closed out of turn. */
function unbalanced(page: string): string[] {
  const open: string[] = []
  const wrong: string[] = []
  for (const [, slash, name, rest] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)((?:\s[^<>]*)?)>/g)) {
    if (slash) {
      if (open.pop() !== name) wrong.push(name!)
    } else if (!rest!.endsWith('/') && !['meta', 'img'].includes(name!)) open.push(name!)
  }
  return [...wrong, ...open]
}

describe('renderReport', () => {
  const page = report('')

  it('has the decision with its reasons, the figures, the charts, the clips and where it comes from', () => {
    expect(page).toContain('✓ Promote')
    expect(page).toContain('No group and no item of the hold-out was trained on.')
    for (const heading of [
      'Labels',
      'Confusion',
      'Calibration',
      'Training',
      'Pretraining',
      'Reconstructions',
    ])
      expect(page).toContain(`<h2>${heading}</h2>`)
    expect(page).toMatch(/Now right: \d+/)
    expect(page).toContain('data:image/png;base64,iVBORw==')
    expect(page).toContain('vireo learn --note')
    expect(page).toContain('prefers-color-scheme: dark')
    expect(page).not.toMatch(/NaN|undefined|null/)
  })

  it('says of every corrected clip whether it is right now, the wrong ones first', () => {
    expect(page).toContain('1 of 2 are right now, 0 with the live version.')
    expect(page).toContain('Of those that it did not learn from: 0 of 1 are right now')
    expect(page).toMatch(/<td class="id">b<.*?✗ wrong.*?<td class="id">a<.*?✓ right/s)
  })

  it('needs nothing from elsewhere and runs nothing', () => {
    expect(page).toContain(`default-src &#39;none&#39;`.replaceAll('&#39;', "'"))
    expect(page).not.toMatch(/<script|<link|<iframe|https?:|url\(|@import|\son\w+=/)
  })

  it('closes what it opens, and escapes whatever is put in', () => {
    expect(unbalanced(page)).toEqual([])
    const attacked = report(hostile)
    expect(attacked).not.toContain('<script')
    expect(unbalanced(attacked)).toEqual([])
  })

  it('is short where there is little to tell', () => {
    const evaluation = evaluate({
      labels: ['a', 'b', 'c'],
      predictions: synthetic({ seed: 1, groups: 1, perGroup: 3, accuracy: 1 }),
    })
    const short = renderReport({
      title: 'first',
      createdAt: new Date(0),
      evaluation,
      comparison: null,
      decision: null,
      history: [],
      lineage: {},
      config: {},
      command: 'vireo learn',
    })
    expect(short).not.toContain('Decision of the gate')
    expect(short).not.toContain('champion')
    expect(unbalanced(short)).toEqual([])
  })
})

describe('lineChart', () => {
  it('keeps every point inside and thins long histories', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 900 }),
        (values) => {
          const points = values.map((value, index) => [index, value] as const)
          const { text } = lineChart({ title: 't', xName: 'step', series: [{ name: 's', points }] })
          const drawn = text.match(/polyline[^>]*points="([^"]*)"/)![1]!.split(' ')
          expect(drawn.length).toBe(Math.min(300, values.length))
          for (const pair of drawn) {
            const [x, y] = pair.split(',').map(Number) as [number, number]
            expect(x).toBeGreaterThanOrEqual(45.9)
            expect(x).toBeLessThanOrEqual(408.1)
            expect(y).toBeGreaterThanOrEqual(9.9)
            expect(y).toBeLessThanOrEqual(196.1)
          }
        },
      ),
      { numRuns: 40 },
    )
  })

  it('says so when there is nothing', () => {
    expect(lineChart({ title: 'Loss', xName: 'step', series: [] }).text).toContain('Not recorded')
  })
})

describe('ticks', () => {
  it('are round numbers within the axis', () => {
    expect(ticks(0, 1, 5).map(tickText)).toEqual(['0', '0.2', '0.4', '0.6', '0.8', '1'])
    expect(ticks(0, 2000, 5).map(tickText)).toEqual(['0', '500', '1000', '1500', '2000'])
    expect(ticks(0, 0.0004, 4).map(tickText)).toEqual(['0', '1e-4', '2e-4', '3e-4', '4e-4'])
    expect(ticks(3, 3)).toEqual([3])
  })
})
