import { describe, expect, it } from 'vitest'
import {
  cleanLine,
  cleanText,
  csvText,
  fromCsvText,
  jsonLine,
  subtitleText,
} from '../../../../src/core/text/clean-text.ts'

describe('cleanLine', () => {
  it.each([
    ['\u001b[31mred\u001b[0m', '�[31mred�[0m'],
    ['\u009b2J', '�2J'],
    ['a\nb\tc\rd', 'a b c�d'],
    ['in\u202evoice', 'in�voice'],
    ['a\u2028b', 'a�b'],
    ['a\ud800b', 'a�b'],
    ['a\u{e0041}b', 'a�b'],
    ['häuser 日本語 👩‍👧 e\u0301', 'häuser 日本語 👩‍👧 e\u0301'],
  ])('%j is shown as %j', (text, shown) => expect(cleanLine(text)).toBe(shown))

  it('leaves lines where a text may have them', () => expect(cleanText('a\nb\u0007')).toBe('a\nb�'))
})

describe('jsonLine', () => {
  it('is the same value, and nothing in it steers a terminal', () => {
    const value = { 'a\u009b': ['\u202e', '\u{e0041}', '\ud800', '\u001b', '"\n'] }
    const text = jsonLine(value)
    expect(text).toMatch(/^[\x20-\x7e]*$/)
    expect(JSON.parse(text)).toEqual(value)
  })
})

describe('csvText', () => {
  it.each(['=1+1', '+cmd', '-2+3', '@SUM(A1)', '\tx', '\r=1', '=HYPERLINK("http://x")'])(
    'does not let %j be a formula',
    (text) => {
      expect(csvText(text)).toBe(`'${text}`)
      expect(fromCsvText(csvText(text))).toBe(text)
    },
  )
  it.each(['falling', '-1', '+2.5', '0', "it's", ''])('leaves %j', (text) => {
    expect(csvText(text)).toBe(text)
    expect(fromCsvText(text)).toBe(text)
  })
})

describe('subtitleText', () => {
  it('has no marks of players in it', () =>
    expect(subtitleText('<b>a</b>{\\an8}\n\u202e')).toBe('‹b›a‹/b›(/an8) �'))
})
