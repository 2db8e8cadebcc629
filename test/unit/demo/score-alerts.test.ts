import { describe, expect, it } from 'vitest'
import { type Interval, scoreAlerts, unrollLoop } from '../../../examples/demo/score-alerts.ts'

const at = (startS: number, endS: number, label = 'falling', cameraId = 'one'): Interval => ({
  cameraId,
  label,
  startS,
  endS,
})

describe('score of the demo', () => {
  it('catches what overlaps on the same camera with the same label', () => {
    const truth = [at(10, 12)]
    expect(scoreAlerts(truth, [at(11, 14)], 0).caught).toEqual(truth)
    for (const other of [at(11, 14, 'waving'), at(11, 14, 'falling', 'two'), at(12.5, 14)]) {
      const score = scoreAlerts(truth, [other], 0)
      expect(score.missed).toEqual(truth)
      expect(score.invented).toEqual([other])
    }
  })

  it('tolerates an alert that comes a little late or early', () => {
    expect(scoreAlerts([at(10, 12)], [at(13, 14)], 1).caught).toHaveLength(1)
    expect(scoreAlerts([at(10, 12)], [at(13.1, 14)], 1).caught).toHaveLength(0)
    expect(scoreAlerts([at(10, 12)], [at(8, 9)], 1).caught).toHaveLength(1)
  })

  it('counts an event once and lets one alert catch two events', () => {
    const score = scoreAlerts([at(0, 2), at(4, 6)], [at(1, 5), at(1, 2)], 0)
    expect([score.caught.length, score.missed.length, score.invented.length]).toEqual([2, 0, 0])
  })

  it('unrolls a loop until the end of the watch', () => {
    expect(unrollLoop([at(1, 2), at(8, 9)], 10, 15)).toEqual([at(1, 2), at(8, 9), at(11, 12)])
    expect(unrollLoop([at(1, 2)], 10, 0)).toEqual([])
  })
})
