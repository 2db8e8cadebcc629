import { describe, expect, it } from 'vitest'
import { describePresets } from '../../../src/behaviour/describe-presets.ts'
import { expandRule } from '../../../src/behaviour/expand-rule.ts'
import { presetTable } from '../../../src/behaviour/presets.ts'
import { behaviourRuleSchema } from '../../../src/config/schema/behaviour-schema.ts'

const examples: Record<string, unknown> = { zone: 'porch', line: 'sill', side: 'left', direction: 'left' }

describe('described presets', () => {
  it.each(describePresets().map((preset) => [preset.name, preset] as const))(
    '%s: every parameter has a form, and its default is in range',
    (name, preset) => {
      expect(preset.parameters.map((parameter) => parameter.name)).toEqual(
        Object.keys(presetTable[name]!.parameters),
      )
      for (const parameter of preset.parameters) {
        expect(parameter.about, parameter.name).toMatch(/\S/)
        if (typeof parameter.default === 'number') {
          expect(parameter.default).toBeGreaterThanOrEqual(parameter.least!)
          expect(parameter.default).toBeLessThanOrEqual(parameter.most!)
        }
      }
    },
  )

  it('a form that is filled in with examples and the edges of its numbers makes a rule', () => {
    for (const { name, parameters } of describePresets())
      for (const edge of ['least', 'most'] as const) {
        const given = parameters.flatMap(({ name: field, type, required, ...form }) => {
          const value = form[edge] ?? examples[type]
          return value === undefined && !required ? [] : [[field, value]]
        })
        const rule = behaviourRuleSchema.parse({ name: 'r', preset: name, with: Object.fromEntries(given) })
        expect(expandRule(rule, []), `${name} ${edge}`).toHaveProperty('rule')
      }
  })
})
