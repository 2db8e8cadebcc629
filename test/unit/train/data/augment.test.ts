import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../../src/core/random.ts'
import { noAugmentation } from '../tiny-footage.ts'
import { drawView, plainView, renderView } from '../../../../src/train/data/augment.ts'

const size = { widthPx: 4, heightPx: 2 }
/** Two frames whose red counts up, whose green is 100 and whose blue is 200. */
const frames = Uint8Array.from({ length: 2 * 8 * 3 }, (_, at) =>
  at % 3 === 0 ? at * 4 : at % 3 === 1 ? 100 : 200,
)
const render = (view: ReturnType<typeof plainView>, to = size, count = 2) => {
  const out = new Uint8Array(count * to.widthPx * to.heightPx * 3)
  renderView({ frames, from: size }, view, { out, to, count })
  return out
}
const red = (pixels: Uint8Array) => [...pixels].filter((_, at) => at % 3 === 0)

describe('views of clips', () => {
  it('leave a clip as it is', () => {
    expect(render(plainView(size))).toEqual(frames)
    expect(render(drawView(createRandom(1), noAugmentation, size))).toEqual(frames)
  })

  it('mirror every row', () => {
    const mirrored = red(render({ ...plainView(size), mirrored: true }))
    expect(mirrored.slice(0, 8)).toEqual([36, 24, 12, 0, 84, 72, 60, 48])
    expect(mirrored.slice(8, 12)).toEqual([132, 120, 108, 96])
  })

  it('show a part of the picture in the size of the whole', () => {
    const view = { ...plainView(size), leftPx: 2, widthPx: 2 }
    expect(red(render(view)).slice(0, 4)).toEqual([21, 27, 33, 36])
  })

  it('bring the picture to another size', () => {
    expect(red(render(plainView(size), { widthPx: 2, heightPx: 1 }, 1))).toEqual([30, 54])
  })

  it('change colours by a table for each', () => {
    const same = Uint8Array.from({ length: 256 }, (_, value) => value)
    const none = new Uint8Array(256)
    const changed = render({ ...plainView(size), colours: [same, same, none] })
    expect(red(changed)).toEqual(red(frames))
    expect([...changed].filter((_, at) => at % 3 === 2)).toEqual(Array(16).fill(0))
  })

  it('are drawn within what is allowed, and the same for the same seed', () => {
    const settings = { crop: 0.5, flip: true, colour: 0.2, speed: 0.3 }
    const random = createRandom(9)
    const views = Array.from({ length: 200 }, () => drawView(random, settings, size))
    for (const view of views) {
      expect(view.widthPx).toBeGreaterThanOrEqual(2)
      expect(view.leftPx + view.widthPx).toBeLessThanOrEqual(4)
      expect(view.topPx + view.heightPx).toBeLessThanOrEqual(2)
      expect(Math.abs(view.speed - 1)).toBeLessThanOrEqual(0.3)
      expect(Math.abs(view.colours![1][100]! - 100)).toBeLessThan(50)
    }
    expect(views.filter(({ mirrored }) => mirrored).length).toBeGreaterThan(70)
    expect(drawView(createRandom(9), settings, size)).toEqual(views[0])
  })

  it('draw the same crop whether or not colours are varied', () => {
    const plain = drawView(createRandom(2), { crop: 0.5, flip: false, colour: 0, speed: 0 }, size)
    const varied = drawView(createRandom(2), { crop: 0.5, flip: true, colour: 0.4, speed: 0.2 }, size)
    expect([plain.leftPx, plain.topPx, plain.widthPx]).toEqual([varied.leftPx, varied.topPx, varied.widthPx])
    expect(plain).toMatchObject({ mirrored: false, colours: null, speed: 1 })
  })
})
