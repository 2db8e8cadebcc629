import { describe, expect, it } from 'vitest'
import { coverPieces, type Footage } from '../../../../src/record/digest/cover-pieces.ts'
import type { Piece } from '../../../../src/record/digest/piece.ts'
import { alertMark, file, moving } from './sample-pieces.ts'

const covered = (piece: Piece, footage: readonly Footage[], speed = 1) =>
  coverPieces({ pieces: [piece], footage, alerts: piece.alerts, speed })
const shown = (piece: Piece, footage: readonly Footage[]) =>
  covered(piece, footage).map(({ path, startMs, lengthMs, wallMs }) => [path, startMs, lengthMs, wallMs])

describe('coverPieces', () => {
  it('finds the place in a file, and goes on in the next', () => {
    const files = [file('1', 0, 60_000), file('2', 60_000, 120_000), file('3', 120_000, 180_000)]
    expect(shown(moving(50_000, 125_000), files)).toEqual([
      ['1', 50_000, 10_000, 50_000],
      ['2', 0, 60_000, 60_000],
      ['3', 0, 5000, 120_000],
    ])
  })

  it('fills what the first files lack from later ones, and leaves out what nobody has', () => {
    const files = [file('1', 0, 20_000), file('2', 40_000, 60_000), file('clip', 15_000, 30_000)]
    expect(shown(moving(10_000, 50_000), files)).toEqual([
      ['1', 10_000, 10_000, 10_000],
      ['clip', 5000, 10_000, 20_000],
      ['2', 0, 10_000, 40_000],
    ])
    expect(shown(moving(70_000, 80_000), files)).toEqual([])
    expect(shown(moving(0, 5000), [file('other', 0, 5000, 'yard')])).toEqual([])
  })

  it('takes no splinters where files overlap or leave a blink between them', () => {
    const files = [file('1', 0, 10_100), file('2', 10_000, 20_000)]
    expect(shown(moving(5000, 15_000), files)).toEqual([
      ['1', 5000, 5100, 5000],
      ['2', 100, 4900, 10_100],
    ])
    expect(shown(moving(5000, 10_150), files)).toEqual([['1', 5000, 5100, 5000]])
  })

  it('shows alerts at their own speed, and knows which last during which part', () => {
    const files = [file('1', 0, 10_000), file('2', 10_000, 20_000)]
    const piece = { ...moving(2000, 18_000), alerts: [alertMark(4000, 5000), alertMark(9000, 12_000)] }
    expect(covered(piece, files, 4).map(({ speed, alerts }) => [speed, alerts.length])).toEqual([
      [1, 2],
      [1, 1],
    ])
    expect(covered(moving(0, 5000), files, 4)[0]!.speed).toBe(4)
  })
})
