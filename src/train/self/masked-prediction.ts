import { meanSquaredError } from '../autodiff/losses.ts'
import { add } from '../autodiff/ops-arithmetic.ts'
import { concat, reshape, slice, transpose } from '../autodiff/ops-shape.ts'
import type { ParameterSpec } from '../autodiff/parameters.ts'
import type { Tape, Value } from '../autodiff/tape.ts'
import { cutPatches, normalisePatches, patchGrid } from '../models/patches.ts'
import {
  type BlockShape,
  block,
  blockSpecs,
  dense,
  gridPositions,
  type Layers,
  linearSpecs,
  norm,
  normSpecs,
  sinCosPositions,
} from '../models/transformer-layers.ts'
import type { VideoTransformer } from '../models/video-transformer.ts'
import { gatherPlaces, shufflePatches, visibleCount } from '../models/visible-places.ts'

/** Sizes of the decoder: narrow, because it is thrown away and must leave the work to the encoder. */
export function decoderShape({ settings }: VideoTransformer): BlockShape {
  // A multiple of 16: positions of a grid take quarters, and the four heads as much.
  const width = Math.max(16, Math.round(settings.width / 32) * 16)
  return { width, heads: 4, hidden: 2 * width }
}

export interface MaskedPrediction {
  readonly parameters: readonly ParameterSpec[]
  /** What the encoder makes of the visible places only: [N, S, V, D]. */
  encodeVisible(layers: Layers, seen: Seen): Value
  /** Hidden patches as the decoder paints them, and as they are: [N, S, L - V, C]. */
  paint(layers: Layers, seen: Seen): { painted: Value; hidden: Value }
  /** Mean squared error over the hidden patches. */
  loss(layers: Layers, seen: Seen): Value
}

/** Names of the graph's inputs: clips uint8 [N, T, H, W, 3] and `order` of drawOrders. */
export interface Seen {
  readonly clips: string
  readonly order: string
}

/**
 * Masked prediction after VideoMAE (Tong et al. 2022): the encoder sees a few places of a clip in all its moments, a
 * light decoder paints the others, every patch brought to mean 0 and deviation 1. Where the light and the contrast of a
 * tubelet are measured, only what is visible counts. Tokens stay in their shuffled order throughout: they carry their
 * positions, and attention asks for nothing else.
 */
export function maskedPrediction(
  model: VideoTransformer,
  { batch, maskRatio }: { batch: number; maskRatio: number },
): MaskedPrediction {
  const { settings } = model
  const { moments, rows, columns, places, size } = patchGrid(settings)
  const shape = decoderShape(model)
  const visible = visibleCount(places, maskRatio)

  const shuffled = (tape: Tape, { clips, order }: Seen) => {
    const patches = shufflePatches(tape, cutPatches(tape, clips, { ...settings, batch }), order)
    return {
      seen: normalisePatches(tape, slice(tape, patches, 2, [0, visible]), { ...settings, over: 'tubelet' }),
      // Pixels, whatever the encoder makes of them: changes between frames are mostly noise, which nobody can paint.
      hidden: normalisePatches(tape, slice(tape, patches, 2, [visible, places]), {
        ...settings,
        input: 'colour',
        over: 'patch',
      }),
    }
  }

  const encode = (layers: Layers, patches: Value, order: string): Value => {
    const { tape } = layers
    const table = tape.constant(
      tape.graph.f32(gridPositions(rows, columns, settings.width), [places, settings.width]),
      [places, settings.width],
    )
    return model.encode(layers, patches, gatherPlaces(tape, table, { batch, order, from: 0, to: visible }))
  }

  const task: MaskedPrediction = {
    parameters: [
      ...normSpecs('masked.encoded', settings.width),
      ...linearSpecs('masked.in', settings.width, shape.width),
      { name: 'masked.token', shape: [1, 1, 1, shape.width], deviation: 0.02, decay: false },
      ...blockSpecs('masked.space', shape),
      ...blockSpecs('masked.time', shape),
      ...normSpecs('masked.final', shape.width),
      ...linearSpecs('masked.out', shape.width, size),
    ],
    encodeVisible: (layers, seen) => encode(layers, shuffled(layers.tape, seen).seen, seen.order),
    paint(layers, { clips, order }) {
      const { tape } = layers
      const { graph } = tape
      const { seen, hidden } = shuffled(tape, { clips, order })
      const features = norm(layers, 'masked.encoded', encode(layers, seen, order))
      const known = dense(layers, 'masked.in', features)
      const blank = [batch, moments, places - visible, shape.width]
      const nothing = tape.constant(
        graph.op('Expand', [graph.f32([0], [1, 1, 1, 1]), graph.i64(blank)]),
        blank,
      )
      const asked = add(tape, nothing, layers.parameters('masked.token'))
      let x = concat(tape, [known, asked], 2)
      const where = tape.constant(
        graph.f32(gridPositions(rows, columns, shape.width), [places, shape.width]),
        [places, shape.width],
      )
      x = add(tape, x, gatherPlaces(tape, where, { batch, order, from: 0, to: places }))
      // Over the places of each moment, then over the moments of each place.
      x = block(layers, 'masked.space', reshape(tape, x, [batch * moments, places, shape.width]), shape)
      const when = [1, moments, 1, shape.width]
      const moment = tape.constant(graph.f32(sinCosPositions(moments, shape.width), when), when)
      x = add(tape, reshape(tape, x, [batch, moments, places, shape.width]), moment)
      x = reshape(tape, transpose(tape, x, [0, 2, 1, 3]), [batch * places, moments, shape.width])
      x = block(layers, 'masked.time', x, shape)
      x = transpose(tape, reshape(tape, x, [batch, places, moments, shape.width]), [0, 2, 1, 3])
      x = norm(layers, 'masked.final', slice(tape, x, 2, [visible, places]))
      return { painted: dense(layers, 'masked.out', x), hidden }
    },
    loss(layers, seen) {
      const { painted, hidden } = task.paint(layers, seen)
      return meanSquaredError(layers.tape, painted, hidden.name)
    },
  }
  return task
}
