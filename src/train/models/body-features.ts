import type { GraphBuilder } from '../../onnx/graph-builder.ts'

/** Numbers that describe one body at one moment. */
export const bodyFeatures = 17 * 7

/** Scores from which a keypoint counts fully. */
const sureFrom = 0.25
const velocityGain = 5

/**
 * What a model of skeletons sees, made inside the graph from raw keypoints, so that training and serving cannot differ.
 * `poses` float32 [N, T, 2, 17, 3]: x, y, score of the body itself and of the one beside it. Gives for each of the two
 * [N, T, 119]: places against the body's middle over the window, places against the middle of its trunk at the moment,
 * velocities, scores. All lengths are in sizes of the first body, so that neither the place in the picture nor the
 * distance counts; those of the second are told in the first one's, which says where they are to each other. Unsure
 * keypoints fade out: one that was not found says nothing.
 */
export function emitBodyFeatures(graph: GraphBuilder, poses: string, frames: number): [string, string] {
  const op = (type: string, ...inputs: string[]) => graph.op(type, inputs)
  const cut = (x: string, axis: number, from: number, to: number) =>
    op('Slice', x, graph.i64([from]), graph.i64([to]), graph.i64([axis]))
  const reduce = (type: string, x: string, axes: number[]) =>
    graph.op(type, [x, graph.i64(axes)], { keepdims: 1 })
  const small = graph.f32([1e-6])
  const share = (a: string, b: string) => op('Div', a, op('Add', b, small))

  // [N, T, 2, 17, 2] and [N, T, 2, 17, 1]
  const places = cut(poses, 4, 0, 2)
  const scores = cut(poses, 4, 2, 3)
  const gate = op('Min', op('Mul', scores, graph.f32([1 / sureFrom])), graph.f32([1]))
  const meanOf = (weighted: string, weights: string, axes: number[]) =>
    share(reduce('ReduceSum', weighted, axes), reduce('ReduceSum', weights, axes))

  // Of the first body: shoulders and hips are found best. [N, 1, 1, 1, 2]
  const trunk = graph.f32(
    Float32Array.from({ length: 17 }, (_, n) => ([5, 6, 11, 12].includes(n) ? 1 : 0)),
    [1, 1, 1, 17, 1],
  )
  const trunkGate = op('Mul', gate, trunk)
  const trunkPlaces = op('Mul', places, trunkGate)
  // [N, T, 2, 1, 2]
  const middles = meanOf(trunkPlaces, trunkGate, [3])
  const own = (x: string) => cut(x, 2, 0, 1)
  const centre = meanOf(own(trunkPlaces), own(trunkGate), [1, 3])

  // How far its keypoints lie from its middle, moment by moment; moments where it is long count most (fourth powers).
  const away = op('Sub', own(places), own(middles))
  const squares = reduce('ReduceSum', op('Mul', op('Mul', away, away), own(gate)), [3, 4])
  const spread = share(squares, reduce('ReduceSum', own(gate), [3, 4]))
  const size = op('Sqrt', op('Sqrt', reduce('ReduceMean', op('Mul', spread, spread), [1])))
  const unit = op('Add', size, small)

  const against = (middle: string) => op('Mul', op('Div', op('Sub', places, middle), unit), gate)
  const absolute = against(centre)
  const relative = against(middles)
  // Velocities: 0 at the first moment, and where one of the two moments is unsure.
  const before = (x: string) => graph.op('Concat', [cut(x, 1, 0, 1), cut(x, 1, 0, frames - 1)], { axis: 1 })
  const both = op('Mul', gate, before(gate))
  const steps = op('Mul', op('Div', op('Sub', places, before(places)), unit), both)
  const velocity = op('Mul', steps, graph.f32([velocityGain]))
  // [N, T, 2, 17, 7]; places far off say no more than that.
  const all = graph.op('Concat', [absolute, relative, velocity, scores], { axis: 4 })
  const bounded = op('Clip', all, graph.f32([-8]), graph.f32([8]))
  const body = (at: number) =>
    op('Reshape', cut(bounded, 2, at, at + 1), graph.i64([-1, frames, bodyFeatures]))
  return [body(0), body(1)]
}
