import { describe, expect, it } from 'vitest'
import { threadsOption, wholeOption, wholeOrZeroOption } from '../../../../src/cli/options/whole-option.ts'

describe('a count given as an option', () => {
  it('is a whole number above 0', () => {
    expect(wholeOption('--steps', '600')).toBe(600)
  })

  it.each(['', '0', '-1', '1.5', 'many', 'Infinity'])('refuses %j and names the option', (text) => {
    expect(() => wholeOption('--steps', text)).toThrow(`--steps ${text}: give a whole number above 0`)
  })

  it('may be 0 where 0 has a meaning, but never because the text is empty', () => {
    expect(wholeOrZeroOption('--keep', '0')).toBe(0)
    for (const text of ['', ' ', '-1', '1.5', 'many'])
      expect(() => wholeOrZeroOption('--keep', text)).toThrow(
        `--keep ${text}: give a whole number, 0 or more`,
      )
  })

  it('leaves at least one thread unless told', () => {
    expect(threadsOption(undefined)).toBeGreaterThanOrEqual(1)
    expect(threadsOption('3')).toBe(3)
    expect(() => threadsOption('0')).toThrow('--threads 0')
  })
})
