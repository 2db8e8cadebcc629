import { describe, expect, it } from 'vitest'
import { readValue } from '../../../../src/cli/options/guard-values.ts'
import { threadsOption } from '../../../../src/cli/options/usual-options.ts'
import { whole } from '../../../../src/cli/options/whole.ts'

const given = (option: string, text: string, read: (text: string) => number) =>
  readValue(option, text, () => read(text))

describe('a count given as an option', () => {
  it('is a whole number above 0', () => {
    expect(given('--steps', '600', whole())).toBe(600)
  })

  it.each(['', '0', '-1', '1.5', 'many', 'Infinity', '0x10', '1e3', ' 5 ', '+5', 'NaN'])(
    'refuses %j and names the option',
    (text) => {
      expect(() => given('--steps', text, whole())).toThrow(`--steps ${text}: give a whole number above 0`)
    },
  )

  it('is no larger than anybody means', () => {
    expect(() => given('--steps', '99999999999999999999', whole())).toThrow('give at most 1000000000')
    expect(() => given('--port', '65536', whole({ most: 65_535 }))).toThrow('from 1 to 65535')
  })

  it('may be 0 where 0 has a meaning, but never because the text is empty', () => {
    expect(given('--keep', '0', whole({ least: 0 }))).toBe(0)
    for (const text of ['', ' ', '-1', '1.5', 'many'])
      expect(() => given('--keep', text, whole({ least: 0 }))).toThrow(
        `--keep ${text}: give a whole number, 0 or more`,
      )
  })

  it('leaves at least one thread unless told', () => {
    const threads = threadsOption()
    expect(threads.defaultValue).toBeGreaterThanOrEqual(1)
    expect(threads.parseArg!('3', 0)).toBe(3)
    expect(() => threads.parseArg!('0', 0)).toThrow('give a whole number from 1')
  })
})
