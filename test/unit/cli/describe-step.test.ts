import { describe, expect, it } from 'vitest'
import { describeAlertEvent, describeStep } from '../../../src/cli/describe-step.ts'
import { sampleStep } from '../../support/sample-step.ts'

const atMs = Date.parse('2026-11-30T23:30:05Z')

describe('an alert in a line', () => {
  it.each([
    [undefined, '23:30:05'],
    ['UTC', '23:30:05'],
    ['Europe/Berlin', '00:30:05'],
    ['Asia/Kolkata', '05:00:05'],
  ])('has the time of the clocks of %s', (timeZone, wanted) => {
    const step = { ...sampleStep(), lastMs: atMs }
    expect(describeStep(step, timeZone)).toMatch(new RegExp(`^${wanted} `))
    const data = { ...step, startedAt: '2026-11-30T23:30:00Z', lastAt: '2026-11-30T23:30:05Z' }
    expect(describeAlertEvent({ id: 'e1', dataJson: JSON.stringify(data) }, timeZone)).toMatch(
      new RegExp(`^${wanted} .* 5\\.0 s`),
    )
  })

  it.each(['', '{', '[]', 'null', '{"phase":"start"}'])(
    'is told as damaged where its data is %j',
    (dataJson) => {
      expect(describeAlertEvent({ id: 'e1', dataJson })).toBe(
        'event e1 cannot be read: the database is damaged there',
      )
    },
  )
})
