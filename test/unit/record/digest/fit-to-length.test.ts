import { describe, expect, it } from 'vitest'
import { fitToLength } from '../../../../src/record/digest/fit-to-length.ts'
import type { Piece } from '../../../../src/record/digest/piece.ts'
import { alertMark, moving } from './sample-pieces.ts'

const alert = (fromMs: number, toMs: number): Piece => ({
  ...moving(fromMs, toMs),
  alerts: [alertMark(fromMs + 5000, toMs - 5000)],
})
const fitted = (pieces: readonly Piece[], lengthMs: number, speed = 1) =>
  fitToLength(pieces, { lengthMs, speed }).map(({ fromMs, toMs }) => [fromMs, toMs])

describe('fitToLength', () => {
  it('takes everything when there is room', () => {
    expect(fitted([alert(0, 12_000), moving(20_000, 45_000)], 60_000)).toEqual([
      [0, 12_000],
      [20_000, 45_000],
    ])
  })

  it('gives what alerts leave to what moves most', () => {
    const pieces = [moving(0, 5000, 0.1), moving(10_000, 15_000, 0.3), moving(20_000, 25_000, 0.2)]
    expect(fitted([alert(50_000, 61_000), ...pieces], 24_000)).toEqual([
      [50_000, 61_000],
      [0, 3000],
      [10_000, 15_000],
      [20_000, 25_000],
    ])
  })

  it('does not let one long stretch take the whole film', () => {
    const tree = moving(0, 600_000, 0.2)
    const passers = [moving(700_000, 705_000, 0.09), moving(800_000, 805_000, 0.08)]
    expect(fitted([tree, ...passers], 30_000)).toEqual([
      [0, 20_000],
      [700_000, 705_000],
      [800_000, 805_000],
    ])
  })

  it('counts the length of the film, not of the footage, when it is shown faster', () => {
    expect(fitted([alert(0, 10_000), moving(20_000, 100_000)], 20_000, 4)).toEqual([
      [0, 10_000],
      [20_000, 60_000],
    ])
  })

  it('cuts alerts that are too long to the same length, from shortly before they begin', () => {
    expect(fitted([alert(0, 40_000), alert(100_000, 112_000), alert(200_000, 230_000)], 52_000)).toEqual([
      [0, 20_000],
      [100_000, 112_000],
      [200_000, 220_000],
    ])
    const late = { ...moving(0, 60_000), alerts: [alertMark(50_000, 52_000)] }
    expect(fitted([late], 20_000)).toEqual([[40_000, 60_000]])
  })
})
