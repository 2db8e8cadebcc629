import { describe, expect, it } from 'vitest'
import type { BoxPx, Detection } from '../../../src/core/detection.ts'
import { mergeViews, type View } from '../../../src/detect/merge-views.ts'

const picture = { widthPx: 180, heightPx: 100 }
const box = (xPx: number, yPx: number, widthPx: number, heightPx: number): BoxPx => ({
  xPx,
  yPx,
  widthPx,
  heightPx,
})
const seen = (where: BoxPx, score: number, label = 'person'): Detection => ({ box: where, score, label })
const [left, right, whole] = [box(0, 0, 100, 100), box(80, 0, 100, 100), box(0, -40, 180, 180)]
const merged = (...views: readonly (readonly [BoxPx, readonly Detection[]])[]) =>
  mergeViews(
    views.map(([window, detections]): View => ({ window, detections })),
    picture,
  )

describe('mergeViews', () => {
  it('counts once who is in two views, with the higher score', () => {
    const found = merged([left, [seen(box(84, 20, 10, 30), 0.6)]], [right, [seen(box(85, 21, 10, 30), 0.8)]])
    expect(found).toEqual([seen(box(85, 21, 10, 30), 0.8)])
  })

  it('keeps who is seen in one view only, the surest first', () => {
    const [near, far] = [seen(box(10, 5, 40, 90), 0.5), seen(box(150, 40, 6, 18), 0.7)]
    expect(merged([whole, [near]], [right, [far]])).toEqual([far, near])
  })

  it('leaves out what a tile cuts off where another view shows it whole, also with the lower score', () => {
    const large = box(60, 10, 70, 80)
    const found = merged(
      [left, [seen(box(60, 10, 40, 80), 0.9)]],
      [right, [seen(box(80, 10, 50, 80), 0.9)]],
      [whole, [seen(large, 0.4)]],
    )
    expect(found).toEqual([seen(large, 0.4)])
  })

  it('keeps what is cut off where nobody shows it whole', () => {
    const part = seen(box(70, 10, 30, 80), 0.6)
    expect(merged([left, [part]], [right, []])).toEqual([part])
  })

  it('does not call a border of the picture a cut', () => {
    const atBorder = seen(box(0, 0, 20, 60), 0.9)
    const behind = seen(box(0, 0, 60, 100), 0.5)
    expect(merged([left, [atBorder]], [whole, [behind]])).toEqual([atBorder, behind])
  })

  it('keeps two who stand close in one view, and things of different labels', () => {
    const [one, other] = [seen(box(20, 10, 20, 60), 0.9), seen(box(24, 10, 20, 60), 0.8)]
    expect(merged([left, [one, other]])).toEqual([one, other])
    const [person, dog] = [seen(box(84, 20, 10, 30), 0.8), seen(box(84, 20, 10, 30), 0.7, 'dog')]
    expect(merged([left, [person]], [right, [dog]])).toEqual([person, dog])
  })

  it('gives 200 at most, and nothing for nothing', () => {
    const many = Array.from({ length: 300 }, (_, n) => seen(box(n % 90, n / 4, 0.5, 0.2), n / 300))
    expect(merged([left, many])).toHaveLength(200)
    expect(merged([left, []], [right, []])).toEqual([])
  })
})
