import { describe, expect, it } from 'vitest'
import type { Scene } from '../../../../pipelines/look/take-picture.ts'
import { drawScene } from '../../../../src/cli/camera/draw-scene.ts'
import { createPictureCanvas } from '../../../../src/cli/camera/picture-canvas.ts'
import { dotsOf, signsOf } from '../../../../src/cli/camera/small-letters.ts'
import { keypointNames } from '../../../../src/core/pose.ts'

const black = (widthPx: number, heightPx: number) => ({
  widthPx,
  heightPx,
  rgb: new Uint8Array(widthPx * heightPx * 3).fill(9),
})
const at = ({ rgb, widthPx }: ReturnType<typeof black>, x: number, y: number) => [
  ...rgb.subarray((y * widthPx + x) * 3, (y * widthPx + x) * 3 + 3),
]
const track = {
  id: 'abc-7',
  label: 'person',
  score: 0.5,
  state: 'seen' as const,
  firstPtsUs: 0,
  seenPtsUs: 0,
  box: { xPx: 40, yPx: 30, widthPx: 20, heightPx: 15 },
}
const nothing: Scene = { tracks: [], area: { widthPx: 80, heightPx: 60 }, zones: [], lines: [], scores: [] }

describe('drawScene', () => {
  it('leaves a picture of nothing as it is', () => {
    const picture = black(160, 120)
    drawScene(picture, nothing)
    expect(new Set(picture.rgb)).toEqual(new Set([9]))
  })

  it.each([
    ['seen', [0, 230, 90]],
    ['lost', [170, 170, 170]],
  ] as const)(
    'draws a %s track where it is, from the pixels of the detector to those of the picture',
    (state, colour) => {
      const picture = black(160, 120)
      drawScene(picture, { ...nothing, tracks: [{ ...track, state }] })
      // The lower edge and the right one: the upper left has the text.
      for (const [x, y] of [
        [80, 90],
        [100, 90],
        [120, 90],
        [120, 75],
      ] as const)
        expect(at(picture, x, y)).toEqual(colour)
      expect(at(picture, 100, 88)).toEqual([9, 9, 9])
    },
  )

  it('draws the sure keypoints of a body as they were found, and joins them', () => {
    const picture = black(160, 120)
    const lost = { xPx: 10, yPx: 50, score: 0.2 }
    const found = keypointNames.map((name) =>
      name === 'left_shoulder'
        ? { xPx: 20, yPx: 20, score: 0.9 }
        : name === 'left_hip'
          ? { xPx: 20, yPx: 40, score: 0.9 }
          : lost,
    )
    const posture = { body: 'standing', handsUp: false, torsoDegrees: 0, sureCount: 2 } as const
    const pose = { ptsUs: 0, keypoints: found.map(() => lost), found, posture }
    drawScene(picture, { ...nothing, tracks: [{ ...track, pose }] })
    for (const y of [40, 60, 80]) expect(at(picture, 40, y)).toEqual([0, 200, 255])
    expect(at(picture, 20, 100)).toEqual([9, 9, 9])
  })

  it('draws zones and lines by shares of the picture', () => {
    const picture = black(160, 120)
    const points: [number, number][] = [
      [0.5, 0.5],
      [0.75, 0.5],
      [0.75, 0.75],
    ]
    const line = { name: 'kerb', from: [0, 0.9], to: [0.9, 0.9], left: 'left', right: 'right' } as never
    drawScene(picture, { ...nothing, zones: [{ name: 'door', points }] as never, lines: [line] })
    expect(at(picture, 120, 80)).toEqual([255, 200, 0])
    expect(at(picture, 100, 108)).toEqual([255, 110, 0])
  })

  it.each([
    ['outside', { xPx: -500, yPx: -500, widthPx: 3000, heightPx: 3000 }],
    ['far away', { xPx: 1e12, yPx: 1e12, widthPx: 1, heightPx: 1 }],
  ])('a box that lies %s breaks nothing', (_where, box) => {
    const picture = black(160, 120)
    const scores = [{ model: 'm', label: 'x'.repeat(300), score: 0.5, trackId: null }]
    drawScene(picture, { ...nothing, tracks: [{ ...track, box }], scores })
    expect(picture.rgb.length).toBe(160 * 120 * 3)
  })
})

describe('small letters', () => {
  it('has dots for every sign of a slug, a number and a score, each another', () => {
    const signs = [...'abcdefghijklmnopqrstuvwxyz0123456789.,-_:/%#=+()?']
    const shapes = signs.map((sign) => JSON.stringify([...dotsOf(sign)]))
    expect(shapes.filter((shape) => shape === '[]')).toEqual([])
    // 5 and S, 0 and 8 and the like must not be the same.
    expect(new Set(shapes).size).toBe(signs.length)
  })

  it.each([
    ['é', 'e'],
    ['走', '?'],
    ['😀', '?'],
  ])('draws %s as %s', (text, as) => {
    expect([...dotsOf(text)]).toEqual([...dotsOf(as)])
    expect(signsOf(text)).toBe(1)
  })

  it('keeps text inside the picture', () => {
    const picture = black(160, 120)
    createPictureCanvas(picture).text([150, 118], 'ab', [1, 2, 3])
    const drawn = picture.rgb.filter((_, index) => index % 3 === 0 && picture.rgb[index + 1] === 2)
    expect(drawn.length).toBe([...dotsOf('ab')].length * 4)
  })
})
