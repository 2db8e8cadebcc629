import { describe, expect, it } from 'vitest'
import { parseGrid } from '../../../../src/train/run/parse-grid.ts'

describe('a grid as it is typed', () => {
  it.each([
    [['peakRate=1e-4,3e-4'], { peakRate: [0.0001, 0.0003] }],
    [['learningRate=1e-4', 'epochs=5, 10'], { peakRate: [0.0001], epochs: [5, 10] }],
    [['epochs=null,5'], { epochs: [null, 5] }],
    [['trainLayers=all,head,2'], { trainLayers: ['all', 'head', 2] }],
    [
      ['augmentation.flip=true,false', 'augmentation.crop=0.5'],
      { 'augmentation.flip': [true, false], 'augmentation.crop': [0.5] },
    ],
    [['watch=loss'], { watch: ['loss'] }],
  ])('%j', (axes, wanted) => {
    expect(parseGrid(axes)).toEqual(wanted)
  })

  it.each([
    [[], /at least one field/],
    [['peakRate'], /^grid: peakRate: give a field and its values/],
    [['=1'], /give a field and its values/],
    [['pace=1'], /^grid: pace: the plan has no such field; it has epochs, .*peakRate.*augmentation\.crop/],
    [['augmentation=1'], /^grid: augmentation: the plan has no such field/],
    [['toString=1'], /no such field/],
    [['__proto__=1'], /no such field/],
    [['peakRate='], /a value is missing/],
    [['peakRate=1e-4,,3e-4'], /a value is missing/],
    [['peakRate=fast'], /^grid: peakRate: fast: /],
    [['peakRate=-1'], /^grid: peakRate: -1: /],
    [['epochs=2.5'], /^grid: epochs: 2\.5: /],
    [['epochs=0'], /^grid: epochs: 0: /],
    [['epochs=Infinity'], /^grid: epochs: Infinity: /],
    [['balance=labels'], /^grid: balance: labels: /],
    [['epochs=5', 'epochs=6'], /^grid: epochs: is given twice/],
    [['learningRate=1e-4', 'peakRate=3e-4'], /^grid: peakRate: is given twice/],
    [['epochs=5,5'], /^grid: epochs: a value is given twice/],
  ])('refuses %j', (axes, message) => {
    expect(() => parseGrid(axes)).toThrow(
      expect.objectContaining({ code: 'TRAIN_PLAN', message: expect.stringMatching(message) }),
    )
  })
})
