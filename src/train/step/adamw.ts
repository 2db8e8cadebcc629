import type { GraphBuilder } from '../../onnx/graph-builder.ts'

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

/** Names of what is known of one tensor of weights, all of the same shape. */
export interface AdamWState {
  readonly weights: string
  readonly m: string
  readonly v: string
  readonly gradient: string
  /** Share of the learning rate for each weight; left out where it is 1. */
  readonly scales?: string
  /** Whether its weights are decayed. */
  readonly decay: boolean
}

/**
 * Emits one AdamW update (Loshchilov and Hutter 2019, algorithm 2) of several tensors, after shortening their gradient,
 * taken as one vector, to `clipNorm`. `rate` is the learning rate; `correct1` and `correct2` are 1 / (1 - beta^t),
 * computed outside because t changes with every run. What is made of one tensor follows at once, so that it is still in
 * the cache.
 */
export function emitAdamW(
  graph: GraphBuilder,
  states: readonly AdamWState[],
  { rate, correct1, correct2 }: Readonly<Record<'rate' | 'correct1' | 'correct2', string>>,
  settings: AdamWSettings,
): { next: { weights: string; m: string; v: string }[]; norm: string } {
  const { beta1, beta2, epsilon, weightDecay, clipNorm } = settings
  const c = (value: number) => graph.f32([value])
  const times = (a: string, b: string) => graph.op('Mul', [a, b])
  const plus = (a: string, b: string) => graph.op('Add', [a, b])
  const over = (a: string, b: string) => graph.op('Div', [a, b])
  // Every pass over the weights counts: what is the same for all of them is worked out as one number first.
  const squares = states.map(({ gradient }) => times(gradient, gradient))
  const sums = squares.map((each) => graph.op('ReduceSum', [each], { keepdims: 0 }))
  const norm = graph.op('Sqrt', [sums.reduce(plus)])
  const shrink = clipNorm > 0 ? graph.op('Min', [c(1), over(c(clipNorm), plus(norm, c(1e-6)))]) : c(1)
  const [share1, share2] = [times(shrink, c(1 - beta1)), times(times(shrink, shrink), c(1 - beta2))]
  // m · correct1 / (√(v · correct2) + ε) = (m / (√v + ε / √correct2)) · (correct1 / √correct2)
  const root = graph.op('Sqrt', [correct2])
  const least = over(c(epsilon), root)
  const stride = times(rate, over(correct1, root))
  const pull = times(rate, c(weightDecay))
  const kept = graph.op('Sub', [c(1), pull])
  const decayed = ({ weights, scales, decay }: AdamWState) => {
    if (!decay) return weights
    return times(weights, scales === undefined ? kept : graph.op('Sub', [c(1), times(scales, pull)]))
  }
  const next = states.map((state, n) => {
    const { gradient, scales } = state
    const m = plus(times(state.m, c(beta1)), times(gradient, share1))
    const v = plus(times(state.v, c(beta2)), times(squares[n]!, share2))
    const ratio = over(m, plus(graph.op('Sqrt', [v]), least))
    const moved = times(ratio, scales === undefined ? stride : times(scales, stride))
    return { weights: graph.op('Sub', [decayed(state), moved]), m, v }
  })
  return { next, norm }
}
