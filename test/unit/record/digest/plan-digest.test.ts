import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type PlanOptions, planDigest } from '../../../../src/record/digest/plan-digest.ts'
import { alertMark, file } from './sample-pieces.ts'

const base: PlanOptions = {
  fromMs: 0,
  toMs: 1_000_000,
  contextMs: 5000,
  mostAlertMs: 60_000,
  lengthMs: null,
  speed: 1,
  motion: new Map(),
  alerts: [],
  footage: [file('a.mp4', 0, 1_000_000), file('b.mp4', 0, 1_000_000, 'yard')],
}
const stretch = (fromMs: number, toMs: number, motion = 0.1) => ({ fromMs, toMs, motion })
const planned = (options: Partial<PlanOptions>) =>
  planDigest({ ...base, ...options }).map(({ cameraId, fromMs, toMs, alerts }) => [
    ...[cameraId, fromMs, toMs],
    ...alerts.map(({ alertId }) => alertId),
  ])

describe('planDigest', () => {
  it('shows nothing where nothing happens', () => {
    expect(planned({})).toEqual([])
    expect(planned({ motion: new Map([['gate', []]]) })).toEqual([])
  })

  it('shows alerts with their context, joined where they meet, and motion besides, in the order of time', () => {
    const alerts = [alertMark(20_000, 22_000), alertMark(30_000, 31_000), alertMark(900_000, 901_000)]
    const motion = new Map([
      ['gate', [stretch(12_000, 18_000), stretch(100_000, 104_000), stretch(103_000, 110_000)]],
      ['yard', [stretch(50_000, 51_000)]],
    ])
    expect(planned({ alerts, motion })).toEqual([
      ['gate', 12_000, 15_000],
      ['gate', 15_000, 36_000, 'alert-20000', 'alert-30000'],
      ['yard', 50_000, 51_000],
      ['gate', 100_000, 110_000],
      ['gate', 895_000, 906_000, 'alert-900000'],
    ])
  })

  it('shows of a long alert its beginning, and then what moves', () => {
    const motion = new Map([['gate', [stretch(100_000, 103_000), stretch(300_000, 303_000)]]])
    expect(planned({ alerts: [alertMark(90_000, 800_000)], motion })).toEqual([
      ['gate', 85_000, 155_000, 'alert-90000'],
      ['gate', 300_000, 303_000],
    ])
  })

  it('keeps to the time that is asked for and to what was recorded', () => {
    const footage = [file('a.mp4', 2000, 24_000)]
    const alerts = [alertMark(20_000, 40_000), alertMark(70_000, 71_000)]
    const motion = new Map([['gate', [stretch(-500, 3000)]]])
    expect(planned({ alerts, motion, footage, toMs: 23_000 })).toEqual([
      ['gate', 2000, 3000],
      ['gate', 15_000, 23_000, 'alert-20000'],
    ])
  })

  it('never shows a moment of a camera twice, never loses an alert, and keeps to the length', () => {
    const span = fc.tuple(fc.nat(900_000), fc.nat(40_000))
    fc.assert(
      fc.property(
        ...[
          fc.array(span, { maxLength: 12 }),
          fc.array(span, { maxLength: 20 }),
          fc.integer({ min: 5, max: 600 }),
        ],
        (alertSpans, motionSpans, lengthS) => {
          const alerts = alertSpans.map(([at, ms], n) => alertMark(at, at + ms, { alertId: `a${n}` }))
          const motion = new Map([['gate', motionSpans.map(([at, ms]) => stretch(at, at + ms))]])
          const pieces = planDigest({ ...base, alerts, motion, lengthMs: lengthS * 1000 })
          for (const [index, piece] of pieces.entries()) {
            expect(piece.toMs).toBeGreaterThan(piece.fromMs)
            if (index > 0) expect(piece.fromMs).toBeGreaterThanOrEqual(pieces[index - 1]!.toMs)
          }
          const shown = new Set(pieces.flatMap((piece) => piece.alerts.map(({ alertId }) => alertId)))
          expect(shown.size).toBe(alerts.length)
          const totalMs = pieces.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0)
          expect(totalMs).toBeLessThanOrEqual(lengthS * 1000 + 1)
        },
      ),
    )
  })
})
