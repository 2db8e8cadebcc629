import { describe, expect, it } from 'vitest'
import { digestSpan } from '../../../../src/cli/options/digest-span.ts'
import { readValue } from '../../../../src/cli/options/guard-values.ts'
import { length } from '../../../../src/cli/options/length.ts'

const nowMs = Date.UTC(2026, 4, 2, 10, 30)
const hour = 3_600_000

describe('digestSpan', () => {
  it('is a day of the zone, as far as it has come', () => {
    const yesterday = {
      fromMs: Date.UTC(2026, 3, 30, 22),
      toMs: Date.UTC(2026, 4, 1, 22),
      name: 'digest-2026-05-01.mp4',
    }
    expect(digestSpan({ day: 'yesterday' }, 'Europe/Berlin', nowMs)).toEqual(yesterday)
    expect(digestSpan({ day: '2026-05-01' }, 'Europe/Berlin', nowMs)).toEqual(yesterday)
    expect(digestSpan({ day: 'today' }, 'UTC', nowMs)).toMatchObject({
      fromMs: Date.UTC(2026, 4, 2),
      toMs: nowMs,
    })
  })

  it('is the last 24 hours, or from one moment to another', () => {
    expect(digestSpan({}, 'UTC', nowMs)).toEqual({
      fromMs: nowMs - 24 * hour,
      toMs: nowMs,
      name: 'digest-2026-05-01T10-30--2026-05-02T10-30.mp4',
    })
    expect(digestSpan({ since: '3h', until: '1h' }, 'UTC', nowMs)).toMatchObject({
      fromMs: nowMs - 3 * hour,
      toMs: nowMs - hour,
    })
  })

  it.each([
    [{ day: '2026-02-30' }, '--day 2026-02-30'],
    [{ day: 'today', since: '1h' }, '--day does not go'],
    [{ since: '1h', until: '2h' }, '--since must be before'],
    [{ until: 'soon' }, '--until soon'],
  ])('refuses %o', (options, text) => {
    expect(() => digestSpan(options, 'UTC', nowMs)).toThrow(text)
  })
})

describe('a length', () => {
  it('is a number with its unit', () => {
    expect(['250ms', '90s', '2.5m', '1h'].map(length)).toEqual([...[250, 90_000, 150_000, hour]])
  })

  it.each(['90', '', '-1s', '1e3s', ' 5s', '5 s', '25h', '9999999999h', 'NaNs'])('is not %j', (text) => {
    expect(() => readValue('--length', text, () => length(text))).toThrow(`--length ${text}: give a length`)
  })
})
