import { createRandom } from '../../core/random.ts'
import { createSession } from '../../onnx/create-session.ts'
import { createGraphBuilder } from '../../onnx/graph-builder.ts'
import { Tensor } from '../../onnx/onnx-runtime.ts'
import { frozenParameters, layOut } from '../autodiff/parameters.ts'
import { createTape } from '../autodiff/tape.ts'
import { patchGrid } from '../models/patches.ts'
import type { VideoTransformer } from '../models/video-transformer.ts'
import { drawOrders, visibleCount } from '../models/visible-places.ts'
import type { Picture } from './png.ts'
import { decoderParameters, type SelfSupervisionSettings, selfSupervision } from './self-supervision.ts'

/**
 * What masked prediction makes of clips, for eyes: one picture a clip, three rows of the first frame of every tubelet,
 * as it is, as the encoder sees it (hidden places grey), and as it is painted. The mean and contrast of a painted patch
 * are those of the true one, because only what is left after them is predicted. Models that look at movement see, and
 * paint, brightness only.
 *
 * @param options.clips uint8 [N, T, H, W, 3]
 */
export async function reconstruct(options: {
  model: VideoTransformer
  weights: Float32Array
  decoder: Float32Array
  clips: Uint8Array
  count: number
  plan: Omit<SelfSupervisionSettings, 'batch'>
  seed: number
  threads: number
}): Promise<Picture[]> {
  const { model, weights, decoder, clips, count, plan, seed, threads } = options
  const { settings } = model
  const { places } = patchGrid(settings)
  const objective = selfSupervision(model, { ...plan, batch: count })
  if (!objective.masked) return []
  const graph = createGraphBuilder({ name: `${model.name}-reconstruction` })
  for (const { name, type, shape } of objective.inputs) graph.input(name, type, shape)
  const tape = createTape(graph)
  const values = new Map([
    ...frozenParameters(tape, weights, layOut(model.parameters)),
    ...frozenParameters(tape, decoder, layOut(decoderParameters(objective, model))),
  ])
  const layers = { tape, parameters: (name: string) => values.get(name)! }
  const { painted } = objective.masked.paint(layers, { clips: 'clips', order: 'order' })
  graph.output('painted', painted.name, 'float32', painted.shape)

  const order = drawOrders(count, places, createRandom(seed))
  const session = await createSession(graph.model(), {
    threads,
  })
  const { frames, heightPx, widthPx } = settings.clip
  const result = await session.run({
    clips: new Tensor('uint8', clips, [count, frames, heightPx, widthPx, 3]),
    order: new Tensor('int64', order, [count, places]),
  })
  await session.release()
  const all = result.painted!.data as Float32Array
  const clipSize = clips.length / count
  return Array.from({ length: count }, (_, n) =>
    draw(model, {
      clip: clips.subarray(n * clipSize, (n + 1) * clipSize),
      painted: all.subarray((n * all.length) / count, ((n + 1) * all.length) / count),
      hidden: [...order.subarray(n * places + visibleCount(places, plan.maskRatio), (n + 1) * places)].map(
        Number,
      ),
    }),
  )
}

interface Drawn {
  /** uint8 [T, H, W, 3] */
  readonly clip: Uint8Array
  /** [S, M, C] */
  readonly painted: Float32Array
  /** The M hidden places. */
  readonly hidden: readonly number[]
}

function draw({ settings }: VideoTransformer, { clip, painted, hidden }: Drawn): Picture {
  const { patchPx, tubeletFrames, input } = settings
  const { heightPx, widthPx } = settings.clip
  const { moments, columns, size } = patchGrid(settings)
  const motion = input === 'motion'
  const sheet = { widthPx: moments * widthPx, heightPx: 3 * heightPx }
  const rgb = new Uint8Array(sheet.widthPx * sheet.heightPx * 3)
  const put = (row: number, at: { moment: number; y: number; x: number }, color: readonly number[]) =>
    rgb.set(color, ((row * heightPx + at.y) * sheet.widthPx + at.moment * widthPx + at.x) * 3)
  const pixel = (t: number, y: number, x: number): number[] => {
    const from = ((t * heightPx + y) * widthPx + x) * 3
    const [red, green, blue] = clip.subarray(from, from + 3) as unknown as [number, number, number]
    return motion ? Array(3).fill(0.25 * red + 0.5 * green + 0.25 * blue) : [red, green, blue]
  }

  for (let moment = 0; moment < moments; moment += 1) {
    for (let y = 0; y < heightPx; y += 1)
      for (let x = 0; x < widthPx; x += 1)
        for (const row of [0, 1, 2])
          put(row, { moment, y, x }, pixel(moment * tubeletFrames, y, x).map(Math.round))
    for (const [index, place] of hidden.entries()) {
      const [top, left] = [Math.floor(place / columns) * patchPx, (place % columns) * patchPx]
      const patch = painted.subarray(
        (moment * hidden.length + index) * size,
        (moment * hidden.length + index + 1) * size,
      )
      const { mean, deviation } = spread(
        (t, y, x) => pixel(moment * tubeletFrames + t, top + y, left + x),
        tubeletFrames,
        patchPx,
      )
      for (let y = 0; y < patchPx; y += 1)
        for (let x = 0; x < patchPx; x += 1) {
          const at = { moment, y: top + y, x: left + x }
          put(1, at, [128, 128, 128])
          const channels = motion ? [0, 0, 0] : [0, 1, 2]
          const painting = channels.map((channel) => {
            const value = patch[(y * patchPx + x) * (motion ? 1 : 3) + channel]! * deviation + mean
            return Math.max(0, Math.min(255, Math.round(value)))
          })
          put(2, at, painting)
        }
    }
  }
  return { ...sheet, rgb }
}

/** Mean and deviation of a patch as normalisePatches takes them. */
function spread(
  pixel: (t: number, y: number, x: number) => readonly number[],
  frames: number,
  sizePx: number,
) {
  const values: number[] = []
  for (let t = 0; t < frames; t += 1)
    for (let y = 0; y < sizePx; y += 1) for (let x = 0; x < sizePx; x += 1) values.push(...pixel(t, y, x))
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
  return { mean, deviation: Math.sqrt(variance + 64) }
}
