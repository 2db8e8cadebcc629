import type { Random } from '../../core/random.ts'
import { meanAbsoluteError, meanSquaredError } from '../autodiff/losses.ts'
import { add, multiply, scale } from '../autodiff/ops-arithmetic.ts'
import { slice } from '../autodiff/ops-shape.ts'
import type { Tape, Value } from '../autodiff/tape.ts'
import { motionOf, normalBrightness } from '../models/motion-channels.ts'
import { motionGain } from '../models/patches.ts'
import { placePx } from '../models/place-features.ts'
import type { PlaceTransformer } from '../models/place-transformer.ts'
import { dense, type Layers, linearSpecs, norm, normSpecs } from '../models/transformer-layers.ts'
import type { ClipShape } from '../models/video-model.ts'
import { drawOrders } from '../models/visible-places.ts'
import type { Objective } from '../step/objective.ts'

export interface PlacePredictionSettings {
  readonly batch: number
  /** Weights of the two errors in the loss. */
  readonly maskedWeight: number
  readonly nextWeight: number
}

export interface PlacePrediction extends Objective {
  /** The pictures that the encoder gets to see, [N·T, 4, H, W]: `normal` is normalBrightness, `seen` [N, places, 1]. */
  look(tape: Tape, normal: string, seen: Value): Value
}

/** Places are hidden in squares of so many by so many, half of all squares of a clip. */
const hiddenSide = 2
const hiddenShare = 0.5

/**
 * Masked and next-frame prediction for a model of places, in one pass. Convolutions cannot leave a place out, so what
 * is hidden is painted over (after SimMIM, Xie et al. 2022): in the hidden places (`hide` float32 [N, rows · columns],
 * see drawHidden) every frame with the clip's mean brightness, and everywhere the last frame with the one before it.
 * Counted are the mean squared error of the hidden places' brightness in the other frames, and the mean absolute error
 * of the last frame's change in the places that are seen. Light and contrast are measured over the whole clip.
 */
export function placePrediction(model: PlaceTransformer, settings: PlacePredictionSettings): PlacePrediction {
  const { batch, maskedWeight, nextWeight } = settings
  const { clip, grid } = model
  const { frames, heightPx, widthPx } = clip
  const { mixed } = model.settings
  const places = grid.rows * grid.columns
  const cell = placePx ** 2
  const shape = { ...clip, batch }
  const objective: PlacePrediction = {
    name: `${model.name}-pretraining`,
    parameters: [
      ...model.parameters,
      ...normSpecs('painted', mixed),
      ...linearSpecs('paint', mixed, frames * cell),
    ],
    inputs: [
      { name: 'clips', type: 'uint8', shape: [batch, frames, heightPx, widthPx, 3] },
      { name: 'hide', type: 'float32', shape: [batch, places] },
    ],
    look: (tape, normal, seen) => motionOf(tape, paintOver(tape, normal, seen, shape), shape),
    loss(tape, parameters, input) {
      const { graph } = tape
      const layers: Layers = { tape, parameters }
      const per = [batch, places, 1]
      const hidden = tape.constant(graph.op('Reshape', [input('hide'), graph.i64(per)]), per)
      const seen = tape.constant(graph.op('Sub', [graph.f32([1]), hidden.name]), per)

      const normal = normalBrightness(tape, input('clips'), shape)
      const encoded = model.encode(layers, objective.look(tape, normal, seen), batch)
      // [N, h·w, T·8·8]
      const painted = dense(layers, 'paint', norm(layers, 'painted', encoded))
      const truth = pixelsOfPlaces(tape, normal, shape)

      const known = (x: Value) => slice(tape, x, 2, [0, (frames - 1) * cell])
      const last = (x: Value) => slice(tape, x, 2, [(frames - 1) * cell, frames * cell])
      const before = slice(tape, truth, 2, [(frames - 2) * cell, (frames - 1) * cell])
      const change = graph.op('Mul', [
        graph.op('Sub', [last(truth).name, before.name]),
        graph.f32([motionGain]),
      ])
      const where = (mask: Value, x: Value) => multiply(tape, x, mask)
      const masked = meanSquaredError(
        tape,
        where(hidden, known(painted)),
        graph.op('Mul', [known(truth).name, hidden.name]),
      )
      const next = meanAbsoluteError(tape, where(seen, last(painted)), graph.op('Mul', [change, seen.name]))
      // Over the entries that count.
      return add(
        tape,
        scale(tape, masked, maskedWeight / hiddenShare),
        scale(tape, next, nextWeight / (1 - hiddenShare)),
      )
    },
  }
  return objective
}

/** Which places of each clip are hidden, [N · rows · columns] of 0 and 1: half of its squares of 2 × 2 places. */
export function drawHidden(
  batch: number,
  { rows, columns }: { rows: number; columns: number },
  random: Random,
): Float32Array {
  const [down, across] = [Math.ceil(rows / hiddenSide), Math.ceil(columns / hiddenSide)]
  const hide = new Float32Array(batch * rows * columns)
  for (let n = 0; n < batch; n += 1) {
    const order = drawOrders(1, down * across, random)
    const hidden = new Set(Array.from(order.subarray(0, Math.round(down * across * hiddenShare)), Number))
    for (let row = 0; row < rows; row += 1)
      for (let column = 0; column < columns; column += 1) {
        const square = Math.floor(row / hiddenSide) * across + Math.floor(column / hiddenSide)
        hide[(n * rows + row) * columns + column] = hidden.has(square) ? 1 : 0
      }
  }
  return hide
}

/** Brightness [N, T, H, W] with nothing (its mean, 0) in the hidden places, and its last frame as the one before. */
function paintOver(tape: Tape, normal: string, seen: Value, shape: ClipShape & { batch: number }): string {
  const { graph } = tape
  const { batch, frames, heightPx, widthPx } = shape
  const [rows, columns] = [heightPx / placePx, widthPx / placePx]
  const part = (from: number, to: number) =>
    graph.op('Slice', [normal, graph.i64([from]), graph.i64([to]), graph.i64([1])])
  const held = graph.op('Concat', [part(0, frames - 1), part(frames - 2, frames - 1)], { axis: 1 })
  // [N, h·w, 1] → [N, h, 1, w, 1] → [N, 1, H, W]
  const cells = graph.op('Reshape', [seen.name, graph.i64([batch, rows, 1, columns, 1])])
  const pixels = graph.op('Expand', [cells, graph.i64([batch, rows, placePx, columns, placePx])])
  const mask = graph.op('Reshape', [pixels, graph.i64([batch, 1, heightPx, widthPx])])
  return graph.op('Mul', [held, mask])
}

/** Brightness [N, T, H, W] by places: [N, h·w, T·8·8]. */
function pixelsOfPlaces(tape: Tape, normal: string, shape: ClipShape & { batch: number }): Value {
  const { graph } = tape
  const { batch, frames, heightPx, widthPx } = shape
  const [rows, columns] = [heightPx / placePx, widthPx / placePx]
  const swap = (name: string, dims: readonly number[]) =>
    graph.op('Transpose', [graph.op('Reshape', [name, graph.i64(dims)])], { perm: [0, 2, 1, 3] })
  // [N, T, h, 8·W] → [N, h, T, 8·W], then [N·h, T·8, w, 8] → [N·h, w, T·8, 8]
  const strips = swap(normal, [batch, frames, rows, placePx * widthPx])
  const cut = swap(strips, [batch * rows, frames * placePx, columns, placePx])
  const dims = [batch, rows * columns, frames * placePx ** 2]
  return tape.constant(graph.op('Reshape', [cut, graph.i64(dims)]), dims)
}
