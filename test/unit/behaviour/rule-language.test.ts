import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import { presetTable } from '../../../src/behaviour/presets.ts'
import { aboutTracks } from '../../../src/config/check/behaviour-references.ts'
import { behavioursShape, conditionNames, durationMs } from '../../../src/config/schema/behaviour-schema.ts'
import { behavioursSchema } from '../../support/behaviours-schema.ts'
import { behavioursOf, square } from './staging.ts'

const lines = [{ name: 'fence', from: [0, 0], to: [1, 1], left: 'street', right: 'yard' }]
const withRule = (rule: object) => ({ zones: [square], lines, rules: [{ name: 'rule', ...rule }] })

function problems(config: unknown): string[] {
  const { error } = behavioursSchema.safeParse(config)
  return (error?.issues ?? []).map((issue) => `${issue.path.join('.')}: ${issue.message}`)
}

describe('the schema', () => {
  it('takes every condition there is', () => {
    const examples: Record<(typeof conditionNames)[number], unknown> = {
      all: [{ label: 'person' }],
      any: [{ label: 'person' }],
      not: { label: 'person' },
      // biome-ignore lint/suspicious/noThenProperty: a key of the rule language
      then: [{ label: 'person' }, { lost: 'inside' }],
      label: ['person', 'car'],
      inZone: 'gate',
      crosses: { line: 'fence', to: 'yard' },
      speed: { above: 2, until: 1 },
      aspect: { below: 1, until: 1.2 },
      moves: { against: [0, 1], tolerance: 45 },
      still: { radius: 0.3 },
      lost: 'anywhere',
      near: { label: 'person', distance: 1, that: { speed: { above: 1 } } },
      ownerAway: { owner: 'person', distance: 3 },
      action: { label: 'fight', of: 'scene', above: 0.5 },
      posture: ['lying', 'hands-up'],
      count: { of: { label: 'person' }, atLeast: 3 },
      anomaly: { above: 0.8 },
      time: { days: ['sat', 'sun'], from: '22:00', to: '06:00' },
    }
    for (const name of conditionNames) {
      const config = withRule({ when: { [name]: examples[name], for: '1.5s', gap: '1s' } })
      expect(problems(config)).toEqual([])
      expect(behavioursOf(config).rules).toEqual(['rule'])
    }
  })

  it.each<[string, object, string]>([
    [
      'an unknown condition',
      { when: { all: [{ inZon: 'gate' }] } },
      'rules.0.when.all.0: unknown key "inZon"; did you mean "inZone"? accepted: all, any,',
    ],
    [
      'an unknown field of a condition',
      { when: { speed: { abov: 2 } } },
      'rules.0.when.speed: unknown key "abov"; did you mean "above"? accepted: above, below, until',
    ],
    [
      'two conditions in one',
      { when: { label: 'person', inZone: 'gate' } },
      'rules.0.when: has label and inZone; a condition has one: put them in a list under all',
    ],
    ['no condition', { when: { for: '3s' } }, 'rules.0.when: a condition needs one of: all, any, not,'],
    [
      'a duration without a unit',
      { when: { label: 'person', for: '10' } },
      'rules.0.when.for: a duration with its unit, such as 500ms, 10s, 5m or 1h',
    ],
    [
      'an unknown zone',
      { when: { not: { inZone: 'gaet' } } },
      'rules.0.when.not.inZone: there is no zone "gaet"; did you mean "gate"? accepted: gate',
    ],
    [
      'an unknown line',
      { when: { crosses: { line: 'fense' } } },
      'rules.0.when.crosses.line: there is no line "fense"; did you mean "fence"? accepted: fence',
    ],
    [
      'an unknown side of a line',
      { when: { crosses: { line: 'fence', to: 'yrad' } } },
      'rules.0.when.crosses.to: there is no side of line "fence" called "yrad"; did you mean "yard"? accepted: street, yard',
    ],
    [
      'an unknown zone of a preset',
      { preset: 'loitering', with: { zone: 'gat' } },
      'rules.0.with.zone: there is no zone "gat"; did you mean "gate"? accepted: gate',
    ],
    [
      'above and below at once',
      { when: { speed: { above: 1, below: 2 } } },
      'rules.0.when.speed: needs either above or below',
    ],
    [
      'hysteresis the wrong way round',
      { when: { speed: { above: 1, until: 2 } } },
      'rules.0.when.speed: until must be at most above, or at least below',
    ],
    [
      'a count of what is no track',
      { when: { count: { of: { anomaly: { above: 1 } }, atLeast: 2 } } },
      'rules.0.when.count.of: needs a condition about a track, such as label or inZone',
    ],
    [
      'gap without for',
      { when: { label: 'person', gap: '1s' } },
      'rules.0.when: gap has a meaning only with for',
    ],
    ['neither when nor preset', {}, 'rules.0: a rule has either when or preset'],
  ])('refuses %s', (_, rule, message) => {
    const told = problems(withRule(rule))
    expect(told).toHaveLength(1)
    expect(told[0]!.startsWith(message)).toBe(true)
  })

  it('refuses zones that cross themselves, lines without length, names used twice, unknown time zones', () => {
    const bow = [
      [0, 0],
      [1, 1],
      [1, 0],
      [0, 1],
    ]
    expect(problems({ zones: [{ name: 'a', points: bow }] })).toEqual([
      'zones.0.points: the edges of a zone must not cross each other',
    ])
    expect(problems({ lines: [{ name: 'a', from: [0.5, 0.5], to: [0.5, 0.5] }] })).toEqual([
      'lines.0.to: from and to are the same point',
    ])
    expect(problems({ zones: [square, square] })).toEqual([
      'zones.1.name: "gate" is already used on the same camera',
    ])
    expect(
      problems({
        zones: [
          { ...square, cameras: ['a'] },
          { ...square, cameras: ['b'] },
        ],
      }),
    ).toEqual([])
    expect(problems({ timeZone: 'Europe/Berlim' })).toEqual([
      'timeZone: an IANA time zone such as Europe/Berlin',
    ])
  })

  it('becomes a JSON Schema that refers to itself', () => {
    const schema = JSON.stringify(z.toJSONSchema(behavioursShape, { io: 'input' }))
    expect(schema).toContain('"$ref":"#/$defs/BehaviourCondition"')
    expect(schema).toContain('"additionalProperties":false')
  })
})

describe('durations', () => {
  it.each([
    ['500ms', 500],
    ['1.5s', 1500],
    ['2m', 120_000],
    ['1h', 3_600_000],
  ])('%s is %i ms', (text, ms) => expect(durationMs(text)).toBe(ms))

  it.each(['10', 's', '-1s', '1 s', '1d', ''])('"%s" is none', (text) => expect(durationMs(text)).toBeNaN())
})

describe('createBehaviours', () => {
  const message = (config: unknown, more = {}) => {
    try {
      behavioursOf(config, more)
      return ''
    } catch (error) {
      expect(error).toMatchObject({ code: 'CONFIG_INVALID' })
      return (error as Error).message
    }
  }

  it('names presets and parameters that do not exist or are missing', () => {
    expect(message(withRule({ preset: 'loitring' }))).toContain(
      'rules[0].preset: there is no preset "loitring"; did you mean "loitering"? accepted: intrusion,',
    )
    expect(message(withRule({ preset: 'loitering', with: { zone: 'gate', labl: 'person' } }))).toBe(
      'rules[0].with.labl: preset loitering has no parameter "labl"; did you mean "label"? accepted: zone, label, for',
    )
    expect(message(withRule({ preset: 'intrusion' }))).toBe('rules[0].with.zone: preset intrusion needs zone')
    expect(message(withRule({ preset: 'running', with: { for: 'long' } }))).toContain(
      'rules[0].with: preset running, for: a duration with its unit',
    )
  })

  it('names labels that neither the detector nor a model has, when it is told theirs', () => {
    const rule = withRule({ when: { all: [{ label: 'persn' }, { action: { label: 'fihgt', above: 0.5 } }] } })
    expect(message(rule)).toBe('')
    expect(message(rule, { labels: ['person', 'car'], actions: ['fight'] }).split('\n')).toEqual([
      'rules[0].when.all[0].label: there is no label "persn"; did you mean "person"? accepted: person, car',
      'rules[0].when.all[1].action.label: there is no action label "fihgt"; did you mean "fight"? accepted: fight',
    ])
    expect(message(withRule({ preset: 'running' }), { labels: ['car'] })).toBe(
      'rules[0].with: there is no label "person"; accepted: car',
    )
  })

  it('runs a rule where the camera has its zones and lines, and where it is named', () => {
    const zones = [{ ...square, cameras: ['door'] }]
    const rules = [
      { name: 'in-gate', when: { inZone: 'gate' } },
      { name: 'off', enabled: false, when: { label: 'person' } },
      { name: 'elsewhere', cameras: ['hall'], when: { label: 'person' } },
      { name: 'counting', when: { count: { of: { inZone: 'gate' }, atLeast: 1 } } },
      { name: 'anywhere', when: { label: 'person' } },
    ]
    expect(behavioursOf({ zones, rules }, { cameraId: 'door' }).rules).toEqual([
      'in-gate',
      'counting',
      'anywhere',
    ])
    expect(behavioursOf({ zones, rules }, { cameraId: 'yard' }).rules).toEqual(['anywhere'])
  })

  it('lets a rule overrule its preset', () => {
    const config = withRule({ preset: 'intrusion', with: { zone: 'gate' }, severity: 'info' })
    const person = { xPx: 480, yPx: 400, widthPx: 40, heightPx: 100 }
    const behaviours = behavioursOf(config)
    const found = [0, 1_000_000].flatMap((ptsUs) => [
      ...behaviours.step({
        ptsUs,
        timeMs: 0,
        widthPx: 1000,
        heightPx: 1000,
        tracks: [
          { id: 'a', label: 'person', box: person, score: 1, state: 'seen', firstPtsUs: 0, seenPtsUs: ptsUs },
        ],
        actions: [],
      }),
    ])
    expect(found.map(({ severity, ptsUs }) => [severity, ptsUs])).toEqual([['info', 1_000_000]])
  })
})

describe('aboutTracks', () => {
  it('tells rules about each track from rules about the scene', () => {
    expect(aboutTracks({ label: 'person' })).toBe(true)
    expect(aboutTracks({ all: [{ time: {} }, { inZone: 'gate' }] })).toBe(true)
    expect(aboutTracks({ not: { count: { of: { label: 'person' }, atLeast: 1 } } })).toBe(false)
    expect(aboutTracks({ action: { label: 'fight', of: 'scene', above: 0.5 } })).toBe(false)
  })
})

describe('docs/rules.md', () => {
  const text = readFileSync(join(import.meta.dirname, '../../../docs/rules.md'), 'utf8')
  const blocks = [...text.matchAll(/```yaml\n(.*?)```/gs)].map((match) => match[1]!)

  it('names every condition and every preset', () => {
    for (const name of conditionNames) expect(text).toContain(`| \`${name}\` |`)
    for (const name of Object.keys(presetTable)) expect(text).toContain(`### ${name}\n`)
  })

  it('shows every preset as it is', () => {
    for (const [name, { rule, parameters }] of Object.entries(presetTable)) {
      const section = text.split(`### ${name}\n`)[1]!.split('\n### ')[0]!
      expect(section).toContain(stringify(rule, { lineWidth: 100 }))
      for (const [parameter, of] of Object.entries(parameters)) {
        const said = 'default' in of ? JSON.stringify(of.default) : of.needed
        expect(section).toContain(`\`${parameter}\` (${said})`)
      }
    }
  })

  it('has examples that are right', () => {
    const examples = blocks.filter((block) => block.startsWith('timeZone:') || block.startsWith('zones:'))
    expect(examples.length).toBeGreaterThan(0)
    for (const block of examples) expect(behavioursOf(parse(block)).rules.length).toBeGreaterThan(0)
  })
})
