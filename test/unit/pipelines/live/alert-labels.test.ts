import { expect, it } from 'vitest'
import { alertLabels } from '../../../../pipelines/live/alert-labels.ts'
import type { Config } from '../../../../src/config/schema.ts'

const bundles = {
  actions: { kind: 'clip', labels: [{ name: 'falling' }, { name: 'background', background: true }] },
  sounds: { kind: 'audio', labels: [{ name: 'glass' }, { name: 'falling' }] },
  people: { kind: 'detector', labels: [{ name: 'person' }] },
  poses: { kind: 'pose', labels: [{ name: 'skeleton' }] },
}
const labelsOf = (rules: { name: string; preset?: string }[]) =>
  alertLabels(
    { models: Object.keys(bundles).map((name) => ({ name })), behaviours: { rules } } as unknown as Config,
    (name) => bundles[name as keyof typeof bundles],
  )

it('has the labels of what is scored and of the rules, each once', () => {
  expect(labelsOf([])).toEqual(['falling', 'glass'])
  expect(
    labelsOf([
      { name: 'in', preset: 'intrusion' },
      { name: 'in by night', preset: 'intrusion' },
      { name: 'too near' },
      { name: 'fall', preset: 'falling' },
    ]),
  ).toEqual(['falling', 'glass', 'intrusion', 'too near'])
})
