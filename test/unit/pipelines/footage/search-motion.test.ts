import { expect, it } from 'vitest'
import { differenceOf, pointsOf } from '../../../../pipelines/footage/search-motion.ts'

it('looks at the area and at nothing else', () => {
  const left = pointsOf({ x: 0, y: 0, width: 0.5, height: 1 })
  expect(left).toHaveLength(64 * 72)
  expect(left.every((at) => at % 128 < 64)).toBe(true)
  expect(pointsOf({ x: 0, y: 0, width: 1, height: 1 })).toHaveLength(128 * 72)
  const before = new Uint8Array(128 * 72)
  const now = before.slice()
  for (let row = 0; row < 72; row += 1) now[row * 128 + 127] = 200
  expect(differenceOf(before, now, left)).toBe(0)
  expect(differenceOf(before, now, pointsOf({ x: 0.5, y: 0, width: 0.5, height: 1 }))).toBeCloseTo(1 / 64)
})

it('takes small changes of light for none', () => {
  const [before, now] = [new Uint8Array(128 * 72).fill(100), new Uint8Array(128 * 72).fill(121)]
  expect(differenceOf(before, now, [0, 1, 2])).toBe(0)
  expect(
    differenceOf(
      before,
      now.map((value) => value + 1),
      [0, 1, 2],
    ),
  ).toBe(1)
  expect(differenceOf(before, now, [])).toBe(0)
})
