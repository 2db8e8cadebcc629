import { of } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { createScoreboard } from '../../../examples/demo/scoreboard.ts'
import type { AlertStep } from '../../../src/core/alert.ts'
import type { Frame } from '../../../src/core/frame.ts'

const camera = {
  id: 'yard',
  file: 'x.mp4',
  lengthS: 30,
  events: [
    { cameraId: 'yard', label: 'falling', startS: 5, endS: 6 },
    { cameraId: 'yard', label: 'walking', startS: 8, endS: 9 },
    { cameraId: 'yard', label: 'waving', startS: 18.5, endS: 25 },
  ],
}
const frame = (second: number, epoch = 1) => ({ epoch, ptsUs: second * 1e6 + 7e6 }) as Frame
const alert = (id: string, label: string, fromS: number, toS: number, epoch = 1) =>
  ({
    alertId: id,
    cameraId: 'yard',
    label,
    epoch,
    firstPtsUs: fromS * 1e6 + 7e6,
    lastPtsUs: toS * 1e6 + 7e6,
  }) as AlertStep

describe('scoreboard of the demo', () => {
  it("counts on the scene's own time, each connection anew", () => {
    const board = createScoreboard([camera])
    board.watch('yard', of(frame(0), frame(20), frame(0, 2), frame(10, 2)))
    board.take(alert('a', 'falling', 5, 6))
    board.take(alert('b', 'running', 9, 10))
    const { caught, missed, invented } = board.score()
    expect(caught.map(({ cameraId, label }) => `${cameraId} ${label}`)).toEqual(['yard falling'])
    expect(missed.map(({ cameraId, label }) => `${cameraId} ${label}`)).toEqual(['yard#2 falling'])
    expect(invented.map(({ label }) => label)).toEqual(['running'])
  })

  it('neither misses nor calls invented what had just begun when the watch ended', () => {
    const watch = (steps: AlertStep[]) => {
      const board = createScoreboard([{ ...camera, events: camera.events.slice(2) }])
      board.watch('yard', of(frame(0), frame(20)))
      for (const step of steps) board.take(step)
      return board.score()
    }
    expect(watch([])).toEqual({ caught: [], missed: [], invented: [] })
    expect(watch([alert('a', 'waving', 19, 20)]).invented).toEqual([])
  })

  it('takes the latest step of an alert', () => {
    const board = createScoreboard([camera])
    board.watch('yard', of(frame(0), frame(20)))
    board.take(alert('a', 'falling', 1, 2))
    board.take(alert('a', 'falling', 1, 4))
    expect(board.score().caught).toHaveLength(1)
  })
})
