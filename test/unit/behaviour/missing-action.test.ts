import { expect, it } from 'vitest'
import { expandRule } from '../../../src/behaviour/expand-rule.ts'
import { missingAction } from '../../../src/behaviour/missing-action.ts'
import { presetTable } from '../../../src/behaviour/presets.ts'
import { behaviourRuleSchema } from '../../../src/config/schema/behaviour-schema.ts'

it.each([
  ['gunshot', [], 'gunshot'],
  ['gunshot', ['shot'], null],
  ['help', ['hands up'], null],
  ['help', ['walk'], 'waving'],
  ['fighting', ['violence'], null],
  ['intrusion', [], null],
  ['no-preset', [], null],
])('%s with %j lacks %s', (name, actions, lacks) => {
  expect(missingAction(name, actions)).toBe(lacks)
})

it('says for every preset what its rule would ask of models that know nothing', () => {
  const examples = { zone: 'porch', line: 'sill', to: 'left', allowed: 'left' }
  for (const [name, { parameters }] of Object.entries(presetTable)) {
    const given = Object.entries(examples).filter(([field]) => field in parameters)
    const rule = behaviourRuleSchema.parse({ name: 'r', preset: name, with: Object.fromEntries(given) })
    const asks = JSON.stringify(expandRule(rule, [], [])).includes('"action":{')
    expect(missingAction(name, []) !== null, name).toBe(asks)
  }
})
