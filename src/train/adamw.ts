import type { GraphBuilder } from '../onnx/graph-builder.ts'
import type { ParameterLayout } from './parameters.ts'

export interface AdamWSettings {
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  readonly weightDecay: number
  /** Largest length of the whole gradient; longer ones are shortened to it. 0 for no limit. */
  readonly clipNorm: number
}

export const adamWDefaults: AdamWSettings = {
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0.05,
  clipNorm: 1,
}

/**
 * Emits one AdamW update (Loshchilov and Hutter 2019, algorithm 2) of flat vectors [P], after shortening the
 * gradient to `clipNorm`. `rate` is the learning rate, one for all [] or one for each weight [P]; `correct1` and
 * `correct2` are 1 / (1 - beta^t), computed outside because t changes with every run.
 */
export function emitAdamW(
  graph: GraphBuilder,
  layout: ParameterLayout,
  state: {
    weights: string
    m: string
    v: string
    gradient: string
    rate: string
    correct1: string
    correct2: string
    /** Whether `rate` is one number. */
    oneRate: boolean
  },
  settings: AdamWSettings,
): { weights: string; m: string; v: string; norm: string } {
  const { beta1, beta2, epsilon, weightDecay, clipNorm } = settings
  const c = (value: number) => graph.f32([value])
  const times = (a: string, b: string) => graph.op('Mul', [a, b])
  const plus = (a: string, b: string) => graph.op('Add', [a, b])
  const { rate, correct1, correct2, oneRate } = state
  // Every pass over [P] counts: what is the same for all weights is worked out as one number first.
  const squares = times(state.gradient, state.gradient)
  const norm = graph.op('Sqrt', [graph.op('ReduceSum', [squares], { keepdims: 0 })])
  const shrink =
    clipNorm > 0 ? graph.op('Min', [c(1), graph.op('Div', [c(clipNorm), plus(norm, c(1e-6))])]) : c(1)
  const m = plus(times(state.m, c(beta1)), times(state.gradient, times(shrink, c(1 - beta1))))
  const v = plus(times(state.v, c(beta2)), times(squares, times(times(shrink, shrink), c(1 - beta2))))
  // m · correct1 / (√(v · correct2) + ε) = (m / (√v + ε / √correct2)) · (correct1 / √correct2)
  const root = graph.op('Sqrt', [correct2])
  const ratio = graph.op('Div', [m, plus(graph.op('Sqrt', [v]), graph.op('Div', [c(epsilon), root]))])
  const moved = times(ratio, times(rate, graph.op('Div', [correct1, root])))
  const kept = decay(graph, state.weights, layout, times(rate, c(weightDecay)), oneRate)
  return { weights: graph.op('Sub', [kept, moved]), m, v, norm }
}

/** The weights after their decay: w - pull · w for those that are decayed; `pull` is one number or one for each weight. */
function decay(
  graph: GraphBuilder,
  weights: string,
  layout: ParameterLayout,
  pull: string,
  onePull: boolean,
): string {
  const { total, decayed } = layout
  if (!onePull)
    return graph.op('Sub', [weights, graph.op('Mul', [decayedPart(graph, weights, layout), pull])])
  const factor = graph.op('Sub', [graph.f32([1]), pull])
  if (decayed === total) return graph.op('Mul', [weights, factor])
  const part = (from: number, to: number) =>
    graph.op('Slice', [weights, graph.i64([from]), graph.i64([to]), graph.i64([0])])
  return graph.op('Concat', [graph.op('Mul', [part(0, decayed), factor]), part(decayed, total)], { axis: 0 })
}

/** The weights with those that are not decayed replaced by zeros. */
function decayedPart(graph: GraphBuilder, weights: string, { total, decayed }: ParameterLayout): string {
  if (decayed === total) return weights
  const zeros = graph.op('Expand', [graph.f32([0], [1]), graph.i64([total - decayed])])
  const part = graph.op('Slice', [weights, graph.i64([0]), graph.i64([decayed]), graph.i64([0])])
  return graph.op('Concat', [part, zeros], { axis: 0 })
}
