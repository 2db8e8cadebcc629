import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../../src/core/random.ts'
import { createGraphBuilder } from '../../../../src/onnx/graph-builder.ts'
import { createTape } from '../../../../src/train/autodiff/tape.ts'
import { normalBrightness } from '../../../../src/train/models/motion-channels.ts'
import { createPlaceTransformer } from '../../../../src/train/models/place-transformer.ts'
import { drawHidden, placePrediction } from '../../../../src/train/self/place-prediction.ts'

const clip = { frames: 4, heightPx: 32, widthPx: 48 }
const grid = { rows: 4, columns: 6 }
const batch = 2
const model = createPlaceTransformer({
  clip,
  labels: ['right'],
  widths: [4, 4, 4, 4],
  mixed: 16,
  heads: 2,
  hidden: 16,
  depth: 1,
})

const hide = drawHidden(batch, grid, createRandom(3))
const dims = [batch, clip.frames, clip.heightPx, clip.widthPx, 3]

interface At {
  readonly n: number
  readonly t: number
  readonly hidden: boolean
}
function where(pixel: number): At {
  const [x, y] = [pixel % 48, Math.floor(pixel / 48) % 32]
  const n = Math.floor(pixel / (48 * 32 * 4))
  const place = Math.floor(y / 8) * 6 + Math.floor(x / 8)
  return { n, t: Math.floor(pixel / (48 * 32)) % 4, hidden: hide[n * 24 + place] === 1 }
}

/** Pixels of a clip, of which those that are meant trade places: the clip's mean and deviation stay. */
function clips(meant: (at: At) => boolean): Uint8Array {
  const random = createRandom(9)
  const grey = Uint8Array.from({ length: batch * 4 * 32 * 48 }, () => random.int(0, 255))
  for (let n = 0; n < batch; n += 1) {
    const chosen = [...grey.keys()].filter((pixel) => where(pixel).n === n && meant(where(pixel)))
    const values = chosen.map((pixel) => grey[pixel]!)
    for (const [index, pixel] of chosen.entries()) grey[pixel] = values.at(-1 - index)!
  }
  return Uint8Array.from({ length: grey.length * 3 }, (_, index) => grey[Math.floor(index / 3)]!)
}

/** What the encoder gets to see. */
async function look(pixels: Uint8Array): Promise<Float32Array> {
  const graph = createGraphBuilder({ name: 'look' })
  const tape = createTape(graph)
  const seen = tape.constant(
    graph.f32(
      hide.map((each) => 1 - each),
      [batch, 24, 1],
    ),
    [batch, 24, 1],
  )
  const normal = normalBrightness(tape, graph.input('clips', 'uint8', dims), { ...clip, batch })
  const { look: show } = placePrediction(model, { batch, maskedWeight: 1, nextWeight: 1 })
  const pictures = show(tape, normal, seen)
  graph.output('pictures', pictures.name, 'float32', pictures.shape)
  const session = await InferenceSession.create(graph.model(), { intraOpNumThreads: 1 })
  const result = await session.run({ clips: new Tensor('uint8', pixels, dims) })
  await session.release()
  return result.pictures!.data as Float32Array
}

const furthest = (a: Float32Array, b: Float32Array) =>
  a.reduce((most, value, index) => Math.max(most, Math.abs(value - b[index]!)), 0)

describe('what pretraining shows a model of places', () => {
  it.each<[string, (at: At) => boolean]>([
    ['hidden places', ({ hidden }) => hidden],
    ['the last frame', ({ t }) => t === 3],
  ])('tells nothing of %s', async (_name, meant) => {
    const before = await look(clips(() => false))
    expect(furthest(await look(clips(meant)), before)).toBeLessThan(1e-4)
    expect(furthest(await look(clips((at) => !meant(at))), before)).toBeGreaterThan(1)
  })
})

describe('hidden places', () => {
  it('are half of the squares of 2 × 2 places, others in each clip, and the same from the same seed', () => {
    expect(drawHidden(batch, grid, createRandom(3))).toEqual(hide)
    const squares = [0, 1].map((n) =>
      [0, 1].flatMap((row) =>
        [0, 1, 2].map((column) => {
          const at = (down: number, across: number) =>
            hide[n * 24 + (2 * row + down) * 6 + 2 * column + across]!
          return at(0, 0) + at(0, 1) + at(1, 0) + at(1, 1)
        }),
      ),
    )
    for (const each of squares) expect(each.toSorted()).toEqual([0, 0, 0, 4, 4, 4])
    expect(squares[0]).not.toEqual(squares[1])
  })
})
