import { describe, expect, it } from 'vitest'
import { createMotionStretches } from '../../../../src/record/digest/motion-stretches.ts'

const settings = { threshold: 0.01, holdMs: 3000, marginMs: 500 }
const stretchesOf = (samples: readonly (readonly [atMs: number, motion: number])[]) => {
  const stretches = createMotionStretches(settings)
  for (const [atMs, motion] of samples) stretches.take({ atMs, motion })
  return stretches.finish()
}

describe('motion stretches', () => {
  it('finds none where nothing or too little moves', () => {
    expect(stretchesOf([])).toEqual([])
    expect(
      stretchesOf([
        [0, 0],
        [200, 0.009],
        [400, 0],
      ]),
    ).toEqual([])
  })

  it('goes from the first to the last motion, with a margin, and means what is between', () => {
    const [stretch, ...others] = stretchesOf([
      [0, 0],
      [1000, 0.03],
      [2000, 0],
      [3000, 0.03],
      [9000, 0],
    ])
    expect(others).toEqual([])
    expect(stretch).toMatchObject({ fromMs: 500, toMs: 3500 })
    expect(stretch!.motion).toBeCloseTo(0.02, 10)
  })

  it('ends when it is still for longer than the gate holds, also over a gap in the footage', () => {
    const found = stretchesOf([
      [0, 0.01],
      [3000, 0.01],
      [6001, 0.01],
      [60_000, 0.5],
    ])
    expect(found.map(({ fromMs, toMs }) => [fromMs, toMs])).toEqual([
      [-500, 3500],
      [5501, 6501],
      [59_500, 60_500],
    ])
  })
})
