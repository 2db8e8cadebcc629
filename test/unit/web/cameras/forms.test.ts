import { describe, expect, it } from 'vitest'
import { formOf, groupsOf, patchOf, slugOf, splitLogin } from '../../../../src/web/cameras/camera-fields.ts'
import { editProblem, problemAt, removal } from '../../../../src/web/cameras/edits.ts'
import {
  fieldsOf,
  type Preset,
  problemOf,
  renamedIn,
  ruleName,
  typedOf,
  withOf,
} from '../../../../src/web/cameras/rules/rule.ts'
import { toggled } from '../../../../src/web/cameras/settings/schedule-window.ts'

const preset: Preset = {
  name: 'loitering',
  summary: 'Somebody stays.',
  severity: 'warning',
  parameters: [
    { name: 'zone', type: 'zone', about: '', required: true },
    { name: 'label', type: 'object', about: '', required: false, default: 'person' },
    { name: 'for', type: 'duration', about: '', required: false, default: '30s' },
    { name: 'above', type: 'number', least: 0, most: 1, about: '', required: false, default: 0.5 },
    { name: 'atLeast', type: 'integer', least: 1, most: 9, about: '', required: false, default: 5 },
    { name: 'things', type: 'objects', about: '', required: false, default: ['bag', 'case'] },
  ],
}

describe('the form of a rule', () => {
  it('begins with the defaults and what the rule says, and gives back only what differs', () => {
    const rule = { name: 'r', preset: 'loitering', with: { zone: 'porch', above: 0.7 } }
    const typed = typedOf(preset, rule)
    expect(typed).toEqual({
      zone: 'porch',
      label: 'person',
      for: '30s',
      above: '0.7',
      atLeast: '5',
      things: 'bag, case',
    })
    expect(withOf(preset, typed)).toEqual({ zone: 'porch', above: 0.7 })
    expect(withOf(preset, { ...typed, things: 'bag', atLeast: '2', for: ' 10s ' })).toEqual({
      zone: 'porch',
      above: 0.7,
      things: ['bag'],
      atLeast: 2,
      for: '10s',
    })
  })

  it.each([
    ['zone', '', 'required'],
    ['for', '30', 'duration'],
    ['for', '1.5m', null],
    ['for', '', null],
    ['above', 'much', 'number'],
    ['above', '1.1', 'range'],
    ['above', '1', null],
    ['atLeast', '1.5', 'whole'],
  ])('says what is wrong with %s "%s": %s', (name, typed, wrong) => {
    expect(problemOf(preset.parameters.find((each) => each.name === name)!, typed)).toBe(wrong)
  })

  it('names a rule by its place, and follows a place that is renamed', () => {
    expect(ruleName('loitering', 'porch', ['porch-loitering'])).toBe('porch-loitering-2')
    expect(ruleName('running', undefined, [])).toBe('running')
    const rule = { name: 'r', with: { zone: 'porch', label: 'porch' } }
    expect(renamedIn(rule, preset, 'porch', 'lawn').with).toEqual({ zone: 'lawn', label: 'porch' })
    expect(renamedIn(rule, preset, 'other', 'lawn')).toBe(rule)
    expect(fieldsOf({ name: 'r', enabled: true, preset: 'x', with: {} })).toEqual({ preset: 'x' })
  })
})

describe('the settings of a camera', () => {
  const camera = { id: 'gate', url: 'rtsp://***@h/a', transport: 'tcp' as const, motion: { enabled: true } }

  it('give a patch of what was changed, and null for what is as usual again', () => {
    const before = formOf({ ...camera, groups: ['north'], recording: { keepDays: 3 }, detectFps: 5 })
    expect(patchOf(before, before)).toEqual({})
    const after = {
      ...before,
      groups: '',
      motion: false,
      keepDays: '',
      continuous: 'true' as const,
      detectFps: '8',
    }
    expect(patchOf(before, after)).toEqual({
      groups: null,
      motion: { enabled: false },
      detectFps: 8,
      recording: { keepDays: null, continuous: true },
    })
    expect(patchOf(before, { ...before, url: ' rtsp://h/b ' })).toEqual({ url: 'rtsp://h/b' })
  })

  it('read what people type: groups, ids, addresses with logins', () => {
    expect(groupsOf('North, south  north')).toEqual(['north', 'south'])
    expect(slugOf(' Tür Süd 1! ')).toBe('tur-sud-1')
    expect(splitLogin('rtsp://ann:p@ss/w@h:554/a')).toEqual({
      url: 'rtsp://h:554/a',
      user: 'ann',
      password: 'p@ss/w',
    })
    expect(splitLogin('rtsp://ann:p%40ss@h/a').password).toBe('p@ss')
    expect(splitLogin('rtsp://h/a')).toEqual({ url: 'rtsp://h/a', user: '', password: '' })
  })

  it('have a schedule whose days are all or some, never none', () => {
    expect(toggled({ from: '22:00' }, 'sun')).toEqual({
      from: '22:00',
      days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat'],
    })
    expect(toggled({ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat'] }, 'sun')).toEqual({})
    expect(toggled({ days: ['mon'] }, 'mon')).toEqual({})
  })
})

describe('edits', () => {
  it('take a camera out of the rules that name it, and rules with it that name no other', () => {
    const rules = [
      { name: 'a', cameras: ['gate'] },
      { name: 'b', cameras: ['gate', 'yard'], enabled: true },
      { name: 'c' },
    ]
    expect(removal('gate', rules)).toEqual([
      { kind: 'remove', id: 'gate' },
      { kind: 'rule', name: 'a', rule: null },
      { kind: 'rule', name: 'b', rule: { cameras: ['yard'] } },
    ])
  })

  it('show a problem at its field, or in it', () => {
    const fields = [{ camera: 'gate', rule: null, field: 'zones[0].points', message: 'no' }]
    expect(problemAt(fields, { camera: 'gate' }, 'zones')).toBe('no')
    expect(problemAt(fields, { camera: 'gate' }, 'zones[0]')).toBe('no')
    expect(problemAt(fields, { camera: 'yard' }, 'zones')).toBeUndefined()
    expect(problemAt(fields, { camera: 'gate' }, 'zone')).toBeUndefined()
    const error = { code: 'CONFIG_INVALID', message: 'x', details: { fields } }
    expect(editProblem(error)).toEqual({ code: 'CONFIG_INVALID', message: 'x', fields })
    expect(editProblem(editProblem(error)).fields).toEqual(fields)
    expect(editProblem(new Error('gone')).fields).toEqual([])
  })
})
