import { describe, expect, it } from 'vitest'
import { sameLabel } from '../../../../src/core/text/same-label.ts'

describe('labels that mean the same', () => {
  it.each([
    ['fall', 'falling'],
    ['fall', 'Fall Down'],
    ['fall', 'person_falling'],
    ['fall', 'fallen'],
    ['walk', 'walking'],
    ['walk', 'walks'],
    ['run', 'running'],
    ['run', 'jogging'],
    ['fight', 'Fighting'],
    ['fight', 'fights'],
    ['fight', 'violence'],
    ['wave', 'waving'],
    ['wave', 'wave2'],
    ['wave', 'hand-waving'],
    ['hands-up', 'hands up'],
    ['hands-up', 'Raising hands'],
    ['hands-up', 'arms_raised'],
    ['sit', 'sitting'],
    ['sit', 'sitting down'],
    ['lie', 'lying'],
    ['lie', 'lying on the floor'],
    ['scream', 'Screaming'],
    ['glass', 'Glass'],
    ['glass', 'Shatter'],
    ['gunshot', 'Gunshot, gunfire'],
    ['gunshot', 'Machine gun'],
    ['gunshot', 'shot'],
    ['smoke-alarm', 'Smoke detector, smoke alarm'],
    ['smoke-alarm', 'Fire alarm'],
    ['crying', 'Crying, sobbing'],
    ['crying', 'Baby cry, infant cry'],
  ])('%s and %s', (a, b) => {
    expect(sameLabel(a, b)).toBe(true)
    expect(sameLabel(b, a)).toBe(true)
  })

  it.each([
    ['fight', 'noFight'],
    ['fight', 'not fighting'],
    ['fall', 'walking'],
    ['fall', 'ball'],
    ['sit', 'stand'],
    ['run', 'rung'],
    ['walk', 'walk dog'],
    ['fall', 'waterfall'],
    ['fall', ''],
    ['hands-up', 'hand shaking'],
    ['wave', 'wall'],
  ])('%s and %s do not', (a, b) => {
    expect(sameLabel(a, b)).toBe(false)
  })
})
