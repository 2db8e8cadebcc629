import { shapeConstant, type Tape, type Value } from '../autodiff/tape.ts'
import type { ClipShape } from './video-model.ts'

/**
 * Four pictures for each frame of a uint8 clip [N, T, H, W, 3], as [N·T, 4, H, W]: its brightness, the difference
 * to the frame before and to the one after, and to the mean of the clip (which is the empty scene where people
 * move). Brightness is brought to mean 0 and deviation 1 over the clip, so that light and contrast matter little;
 * colour is left out, because clothes say nothing about what people do.
 */
export function motionChannels(tape: Tape, clips: string, shape: ClipShape & { batch: number }): Value {
  return motionOf(tape, normalBrightness(tape, clips, shape), shape)
}

/** The brightness of a uint8 clip [N, T, H, W, 3], of mean 0 and deviation 1 over the clip: [N, T, H, W]. */
export function normalBrightness(tape: Tape, clips: string, shape: ClipShape & { batch: number }): string {
  const { graph } = tape
  const { batch, frames, heightPx, widthPx } = shape
  const op = (type: string, inputs: readonly string[], attributes = {}) => graph.op(type, inputs, attributes)
  const bytes = op('Cast', [clips], { to: 1 })
  // [N, T, H, W, 3] · [3, 1] → [N, T, H, W]
  const weights = graph.f32([0.25, 0.5, 0.25], [3, 1])
  const brightness = op('Reshape', [
    op('MatMul', [bytes, weights]),
    shapeConstant(graph, [batch, frames, heightPx, widthPx]),
  ])
  const all = graph.i64([1, 2, 3])
  const mean = op('ReduceMean', [brightness, all], { keepdims: 1 })
  const centred = op('Sub', [brightness, mean])
  const variance = op('ReduceMean', [op('Mul', [centred, centred]), all], { keepdims: 1 })
  const deviation = op('Sqrt', [op('Add', [variance, graph.f32([16])])])
  return op('Div', [centred, deviation])
}

/** The four pictures of each frame from its brightness [N, T, H, W]. */
export function motionOf(tape: Tape, normal: string, shape: ClipShape & { batch: number }): Value {
  const { graph } = tape
  const { batch, frames, heightPx, widthPx } = shape
  const op = (type: string, inputs: readonly string[], attributes = {}) => graph.op(type, inputs, attributes)
  const axis = graph.i64([1])
  const part = (from: number, to: number) => op('Slice', [normal, graph.i64([from]), graph.i64([to]), axis])
  // At the ends a frame is its own neighbour.
  const before = op('Concat', [part(0, 1), part(0, frames - 1)], { axis: 1 })
  const after = op('Concat', [part(1, frames), part(frames - 1, frames)], { axis: 1 })
  const still = op('ReduceMean', [normal, axis], { keepdims: 1 })
  const gain = graph.f32([3])
  const difference = (other: string) => op('Mul', [op('Sub', [normal, other]), gain])
  // Each [N, T, H, W] → [N, T, 1, H, W]; together [N, T, 4, H, W].
  const channels = [normal, difference(before), difference(after), difference(still)].map((plane) =>
    op('Unsqueeze', [plane, graph.i64([2])]),
  )
  const stacked = op('Concat', channels, { axis: 2 })
  const flat = [batch * frames, 4, heightPx, widthPx]
  return tape.constant(op('Reshape', [stacked, shapeConstant(graph, flat)]), flat)
}
