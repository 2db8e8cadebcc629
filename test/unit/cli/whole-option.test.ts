import { describe, expect, it } from 'vitest'
import { threadsOption, wholeOption } from '../../../src/cli/whole-option.ts'

describe('a count given as an option', () => {
  it('is a whole number above 0', () => {
    expect(wholeOption('--steps', '600')).toBe(600)
  })

  it.each(['', '0', '-1', '1.5', 'many', 'Infinity'])('refuses %j and names the option', (text) => {
    expect(() => wholeOption('--steps', text)).toThrow(`--steps ${text}: give a whole number above 0`)
  })

  it('leaves at least one thread unless told', () => {
    expect(threadsOption(undefined)).toBeGreaterThanOrEqual(1)
    expect(threadsOption('3')).toBe(3)
    expect(() => threadsOption('0')).toThrow('--threads 0')
  })
})
