import { afterEach, describe, expect, it } from 'vitest'
import { dictionary } from '../../../../src/web/text/dictionary.ts'
import {
  formatBytes,
  formatDuration,
  formatNumber,
  formatPercent,
  formatRelative,
  formatShortTime,
} from '../../../../src/web/text/format.ts'
import { language } from '../../../../src/web/text/language.ts'

afterEach(() => {
  language.value = 'en'
})

describe('what the page writes', () => {
  it.each([
    [0, '0:00'],
    [7999, '0:07'],
    [751_000, '12:31'],
    [3_723_000, '1:02:03'],
    [-5, '0:00'],
  ])('shows %i ms as %s', (ms, said) => expect(formatDuration(ms)).toBe(said))

  it.each([
    [0, '0 bytes'],
    [999, '999 bytes'],
    [1500, '1.5 kB'],
    [12_345_678, '12 MB'],
    [3e15, '3,000 TB'],
  ])('shows %i bytes as %s', (bytes, said) => expect(formatBytes(bytes)).toBe(said))

  it('says numbers, shares and how long ago in the language of the page', () => {
    language.value = 'en'
    expect(formatNumber(100_000)).toBe('100,000')
    expect(formatPercent(0.914, 1)).toBe('91.4%')
    expect(formatRelative(0, 185_000)).toBe('3 minutes ago')
    expect(formatRelative(0, 400)).toBe('now')
    language.value = 'zh'
    expect(formatRelative(0, 185_000)).toBe('3分钟前')
  })

  it('keeps the time of day where there is little room', () => {
    language.value = 'en'
    const now = new Date(2026, 10, 30, 19, 9, 32).getTime()
    expect(formatShortTime(new Date(2026, 10, 30, 8, 5, 1).getTime(), now)).toBe('08:05:01')
    expect(formatShortTime(new Date(2026, 10, 29, 8, 5, 1).getTime(), now)).toMatch(/29.*08:05$/)
    expect(formatShortTime(new Date(2025, 10, 29, 8, 5, 1).getTime(), now)).toMatch(/2025.*08:05$/)
  })

  it('has the texts of the language that is chosen now', () => {
    const text = dictionary({
      en: { some: (n: number) => `${n} alerts`, title: 'Alerts' },
      zh: { some: (n: number) => `${n} 条警报`, title: '警报' },
    })
    expect([text.value.title, text.value.some(2)]).toEqual(['Alerts', '2 alerts'])
    language.value = 'zh'
    expect([text.value.title, text.value.some(2)]).toEqual(['警报', '2 条警报'])
  })
})
