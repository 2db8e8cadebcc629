import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Alert } from '../../../../src/web/alerts/alert.ts'
import {
  type AlertFilter,
  changeFilter,
  matches,
  queryOf,
  readFilter,
  writeFilter,
} from '../../../../src/web/alerts/alert-filter.ts'

const groups = new Map([['outside', ['yard', 'gate']]])
const nowMs = Date.parse('2026-05-02T12:00:00Z')
const alert: Alert = {
  alertId: 'a',
  cameraId: 'gate',
  phase: 'end',
  label: 'falling',
  rule: 'fall',
  severity: 'warning',
  reviewed: true,
  startedAt: '2026-05-02T11:30:00Z',
  clip: null,
}

describe('the filter of alerts', () => {
  it('comes back from the address as it went there', () => {
    const filters = fc.record(
      {
        camera: fc.constantFrom('gate', 'yard-2'),
        label: fc.string({ minLength: 1, maxLength: 200, unit: 'grapheme' }),
        severity: fc.constantFrom('info' as const, 'warning' as const, 'critical' as const),
        reviewed: fc.constantFrom('yes' as const, 'no' as const),
        span: fc.constantFrom('hour' as const, 'week' as const),
        until: fc.constant('2026-05-02T11:30:00.000Z'),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(filters, (filter) => {
        expect({ ...readFilter(writeFilter(filter)) }).toEqual({ ...filter })
      }),
    )
  })

  it.each(['?camera=../x', '?severity=worst', '?span=year', '?since=yesterday', '?label=', '?other=1'])(
    'takes nothing that is no filter: %s',
    (search) => expect(readFilter(search)).toEqual({}),
  )

  it('loses a field that is taken away', () => {
    expect(changeFilter({ camera: 'gate', label: 'a' }, { label: null, rule: 'b' })).toEqual({
      camera: 'gate',
      rule: 'b',
    })
  })

  it('is asked of the server in its own words', () => {
    const filter: AlertFilter = { group: 'outside', state: 'open', reviewed: 'no', span: 'hour' }
    expect(queryOf(filter, nowMs, groups)).toEqual({
      camera: 'yard,gate',
      open: 'true',
      reviewed: 'false',
      since: '2026-05-02T11:00:00.000Z',
    })
    expect(queryOf({}, nowMs, groups)).toEqual({})
  })

  it.each<[AlertFilter, boolean]>([
    [{}, true],
    [{ camera: 'gate' }, true],
    [{ camera: 'yard' }, false],
    [{ group: 'outside' }, true],
    [{ group: 'inside' }, false],
    [{ group: 'outside', camera: 'door' }, false],
    [{ label: 'falling' }, true],
    [{ label: 'fall' }, false],
    [{ rule: 'fall' }, true],
    [{ severity: 'critical' }, false],
    [{ state: 'ended' }, true],
    [{ state: 'open' }, false],
    [{ reviewed: 'yes' }, true],
    [{ reviewed: 'no' }, false],
    [{ span: 'hour' }, true],
    [{ since: '2026-05-02T11:30:00Z' }, true],
    [{ since: '2026-05-02T11:30:00.001Z' }, false],
    [{ until: '2026-05-02T11:30:00Z' }, false],
  ])('says of %j whether an alert belongs: %s', (filter, belongs) => {
    expect(matches(alert, filter, nowMs, groups)).toBe(belongs)
  })
})
