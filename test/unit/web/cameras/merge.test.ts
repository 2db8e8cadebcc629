import { describe, expect, it } from 'vitest'
import { formOf } from '../../../../src/web/cameras/camera-fields.ts'
import { mergeEdits, type PlacesAndRules, sameEdits } from '../../../../src/web/cameras/places/merge-edits.ts'
import { type Place, readPlaces } from '../../../../src/web/cameras/places/place.ts'
import { mergeForm } from '../../../../src/web/cameras/settings/merge-form.ts'

const points = [
  [0.1, 0.1],
  [0.5, 0.1],
  [0.5, 0.5],
]
const zone = (name: string, more = points) => ({ name, points: more })
const state = (zones: readonly ReturnType<typeof zone>[], rules: PlacesAndRules['rules'] = []) => ({
  places: readPlaces({ zones }),
  rules,
})
const moved = (place: Place): Place => ({ ...place, points: place.points.map(([x, y]) => [x + 0.2, y]) })
const names = ({ places }: PlacesAndRules) => places.map(({ name }) => name)

describe('what is drawn here, when somebody else saved meanwhile', () => {
  const base = state([zone('a'), zone('b'), zone('c')])
  const [a, b, c] = base.places as [Place, Place, Place]

  it('takes over all that was not changed here', () => {
    const saved = state([zone('b'), zone('d')], [{ name: 'r', preset: 'running' }])
    const { mine, base: next } = mergeEdits({ base, mine: base, saved })
    expect(names(mine)).toEqual(['b', 'd'])
    expect(sameEdits(mine, next)).toBe(true)
    expect(mine.places[0]!.key).toBe(b.key)
  })

  it('keeps what was moved, renamed, drawn and removed here', () => {
    const drawn: Place = { ...a, key: 9, name: 'mine' }
    const mine = { places: [moved(a), { ...b, name: 'bed' }, drawn], rules: [] }
    const saved = state([zone('a'), zone('b'), zone('c'), zone('theirs')])
    const merged = mergeEdits({ base, mine, saved })
    expect(names(merged.mine)).toEqual(['a', 'bed', 'theirs', 'mine'])
    expect(merged.mine.places[0]).toEqual(moved(a))
    expect(new Set(merged.mine.places.map(({ key }) => key)).size).toBe(4)
    expect(names(merged.base)).toEqual(['a', 'b', 'c', 'theirs'])
  })

  it('keeps what was moved here although somebody else removed it', () => {
    const { mine } = mergeEdits({ base, mine: { ...base, places: [a, b, moved(c)] }, saved: state([]) })
    expect(names(mine)).toEqual(['c'])
  })

  it('has nothing left to save when what was drawn here is what was saved', () => {
    const renamed = { ...moved(b), name: 'bed' }
    const mine = {
      places: [a, renamed, { ...c, key: 7, name: 'new' }],
      rules: [{ name: 'r', with: { zone: 'bed' } }],
    }
    const saved = {
      places: readPlaces({ zones: mine.places.map(({ name, points: p }) => ({ name, points: p })) }),
      rules: mine.rules,
    }
    const merged = mergeEdits({ base, mine, saved })
    expect(sameEdits(merged.mine, merged.base)).toBe(true)
  })

  it('keeps a rule that was changed here, and takes over another', () => {
    const rules = [{ name: 'one' }, { name: 'two' }]
    const mine = { places: [], rules: [{ name: 'one', enabled: false }, { name: 'two' }] }
    const saved = { places: [], rules: [{ name: 'one' }, { name: 'two', severity: 'info' as const }] }
    expect(mergeEdits({ base: { places: [], rules }, mine, saved }).mine.rules).toEqual([
      { name: 'one', enabled: false },
      { name: 'two', severity: 'info' },
    ])
  })
})

describe('what is typed into settings, when somebody else saved meanwhile', () => {
  const before = formOf({ id: 'a', url: 'rtsp://a', groups: ['in'] })
  const saved = formOf({ id: 'a', url: 'rtsp://a', groups: ['out'], detectFps: 5 })

  it.each([
    [{ groups: 'mine' }, { groups: 'mine', detectFps: '5' }, ['groups', 'detectFps']],
    [{ groups: 'out' }, { groups: 'out', detectFps: '5' }, ['detectFps']],
    [{ keepDays: '3' }, { groups: 'out', detectFps: '5', keepDays: '3' }, ['groups', 'detectFps']],
    [{}, { groups: 'out', detectFps: '5' }, []],
  ])('typed %j', (typed, now, others) => {
    expect(mergeForm({ before, now: { ...before, ...typed }, saved })).toEqual({
      now: { ...saved, ...now },
      others,
    })
  })

  it('names nobody else when what is saved is what was typed', () => {
    expect(mergeForm({ before, now: saved, saved }).others).toEqual([])
  })
})
