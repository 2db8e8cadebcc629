import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createBehaviours } from '../../../src/behaviour/behaviours.ts'
import { expandRule } from '../../../src/behaviour/expand-rule.ts'
import { presets } from '../../../src/behaviour/presets.ts'
import { readLabels } from '../../../src/cli/model/read-labels.ts'
import { aboutTracks } from '../../../src/config/check/behaviour-references.ts'
import { behavioursSchema } from '../../support/behaviours-schema.ts'

/** Labels of the actions that the written-out rule asks for, each once. */
function asked(preset: string, actions: readonly string[] | undefined, parameters = {}): string[] {
  const [rule] = behavioursSchema.parse({ rules: [{ name: 'rule', preset, with: parameters }] }).rules
  const expanded = expandRule(rule!, ['rules', 0], actions)
  if (!('rule' in expanded)) throw new Error(JSON.stringify(expanded.problems))
  expect(aboutTracks(expanded.rule.when)).toBe(!JSON.stringify(expanded.rule).includes('"of":"scene"'))
  const labels = JSON.stringify(expanded.rule.when).matchAll(/"action":\{"label":"([^"]*)"/g)
  return [...new Set([...labels].map((m) => m[1]!))]
}

/** What YAMNet tells apart. */
const sounds = readLabels('yamnet')

describe('labels of presets', () => {
  it.each([
    ['falling', ['falling', 'walking'], ['falling']],
    ['falling', ['fall', 'falling'], ['fall']],
    ['falling', ['Fall Down'], ['Fall Down']],
    ['falling', ['walking'], []],
    ['falling', undefined, ['fall']],
    ['fighting', ['fighting'], ['fighting']],
    ['fighting', ['Fighting', 'violence', 'noFight'], ['Fighting', 'violence']],
    ['fighting', ['walking'], ['fight']],
    ['falling', ['falling', 'lying', 'lie down'], ['falling', 'lying']],
    ['falling', ['Lie Down', 'sitting'], ['Lie Down']],
    ['fallen', ['falling', 'lying'], ['lying']],
    ['fallen', ['fall', 'lie down'], ['lie down']],
    ['fallen', ['walking'], ['lying']],
    ['help', ['waving', 'hands-up', 'walking'], ['waving', 'hands-up']],
    ['help', ['raise hands'], ['raise hands']],
    ['help', ['wave2'], ['wave2']],
    ['help', undefined, ['waving', 'hands-up']],
    ['help', ['walking'], ['waving']],
  ])('%s takes of %j: %j', (preset, actions, labels) => {
    expect(asked(preset, actions)).toEqual(labels)
  })

  it('that are written in the rule stay as they are', () => {
    expect(asked('falling', ['falling'], { action: 'collapse' })).toEqual(['collapse'])
    expect(asked('falling', ['falling'], { lying: 'on-floor' })).toEqual(['falling', 'on-floor'])
    expect(asked('help', ['waving', 'hands-up'], { action: 'hands-up' })).toEqual(['hands-up'])
  })

  it('fit the model that ships, whatever the preset', () => {
    const file = join(import.meta.dirname, '../../../models/actions/bundle.json')
    const { labels } = JSON.parse(readFileSync(file, 'utf8')) as { labels: { name: string }[] }
    const zone = {
      name: 'z',
      points: [
        [0, 0],
        [1, 0],
        [1, 1],
      ],
    }
    const line = { name: 'l', from: [0, 0], to: [1, 1], left: 'a', right: 'b' }
    const needed = { zone: 'z', line: 'l', allowed: 'right' }
    const rules = Object.entries(presets).map(([preset, { parameters }]) => ({
      name: preset,
      preset,
      with: Object.fromEntries(Object.entries(needed).filter(([name]) => name in parameters)),
    }))
    const config = behavioursSchema.parse({ zones: [zone], lines: [line], rules })
    const actions = [...labels.map(({ name }) => name), ...sounds]
    const options = { cameraId: 'gate', ...config, actions }
    expect(() => createBehaviours(options)).not.toThrow()
  })

  it('of sounds take all that YAMNet calls so', () => {
    expect(asked('scream', sounds)).toEqual(['Screaming'])
    expect(asked('glass-break', sounds)).toEqual(['Glass', 'Shatter'])
    expect(asked('gunshot', sounds)).toEqual(['Gunshot, gunfire', 'Machine gun', 'Fusillade'])
    expect(asked('smoke-alarm', sounds)).toEqual(['Smoke detector, smoke alarm', 'Fire alarm'])
    expect(asked('crying', sounds)).toEqual(['Crying, sobbing', 'Baby cry, infant cry'])
  })

  it('fit a model that knows what skeletons tell, in every preset', () => {
    const known = 'standing walking running sitting bending crouching falling lying waving hands-up fighting'
    const labels = `${known} pushing kicking throwing climbing exercise`.split(' ')
    expect(asked('falling', labels)).toEqual(['falling', 'lying'])
    expect(asked('fallen', labels)).toEqual(['lying'])
    expect(asked('help', labels)).toEqual(['waving', 'hands-up'])
    expect(asked('fighting', labels)).toEqual(['fighting'])
  })

  it('are told where no model has any: fighting cannot be seen without', () => {
    const config = behavioursSchema.parse({ rules: [{ name: 'f', preset: 'fighting' }] })
    expect(() => createBehaviours({ cameraId: 'gate', ...config, actions: ['walking'] })).toThrow(
      /there is no action label "fight"; accepted: walking/,
    )
  })
})
