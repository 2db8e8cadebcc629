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
  },
  settings: AdamWSettings,
): { weights: string; m: string; v: string; norm: string } {
  const { beta1, beta2, epsilon, weightDecay, clipNorm } = settings
  const c = (value: number) => graph.f32([value])
  const times = (a: string, b: string) => graph.op('Mul', [a, b])
  const plus = (a: string, b: string) => graph.op('Add', [a, b])
  const squares = graph.op('ReduceSum', [times(state.gradient, state.gradient)], { keepdims: 0 })
  const norm = graph.op('Sqrt', [squares])
  const shrink = graph.op('Min', [c(1), graph.op('Div', [c(clipNorm), plus(norm, c(1e-6))])])
  const gradient = clipNorm > 0 ? times(state.gradient, shrink) : state.gradient
  const m = plus(times(state.m, c(beta1)), times(gradient, c(1 - beta1)))
  const v = plus(times(state.v, c(beta2)), times(times(gradient, gradient), c(1 - beta2)))
  const root = graph.op('Sqrt', [times(v, state.correct2)])
  const step = graph.op('Div', [times(m, state.correct1), plus(root, c(epsilon))])
  const pulled = times(decayedPart(graph, state.weights, layout), c(weightDecay))
  const weights = graph.op('Sub', [state.weights, times(plus(step, pulled), state.rate)])
  return { weights, m, v, norm }
}

/** The weights with those that are not decayed replaced by zeros. */
function decayedPart(graph: GraphBuilder, weights: string, { total, decayed }: ParameterLayout): string {
  if (decayed === total) return weights
  const zeros = graph.op('Expand', [graph.f32([0], [1]), graph.i64([total - decayed])])
  const part = graph.op('Slice', [weights, graph.i64([0]), graph.i64([decayed]), graph.i64([0])])
  return graph.op('Concat', [part, zeros], { axis: 0 })
}
