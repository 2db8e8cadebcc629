import { sizeOf, type Tape, type Value } from './tape.ts'

/**
 * Cross-entropy of independent labels, from logits: mean over all entries of weight · (softplus(x) - x·target).
 * logits, target (0–1) and weight (0 masks an entry) are [N, L] → scalar.
 */
export function sigmoidCrossEntropy(tape: Tape, logits: Value, target: string, weight: string): Value {
  const { graph } = tape
  const x = logits.name
  const count = graph.f32([1 / sizeOf(logits.shape)])
  // softplus(x) = max(x, 0) + log(1 + exp(-|x|))
  const tail = graph.op('Log', [
    graph.op('Add', [graph.op('Exp', [graph.op('Neg', [graph.op('Abs', [x])])]), graph.f32([1])]),
  ])
  const softplus = graph.op('Add', [graph.op('Relu', [x]), tail])
  const each = graph.op('Mul', [graph.op('Sub', [softplus, graph.op('Mul', [x, target])]), weight])
  const loss = graph.op('Mul', [graph.op('ReduceSum', [each], { keepdims: 0 }), count])
  return tape.record(loss, [], [logits], (g) => [
    [
      logits,
      () => {
        const error = graph.op('Sub', [graph.op('Sigmoid', [x]), target])
        return graph.op('Mul', [graph.op('Mul', [graph.op('Mul', [error, weight]), count]), g])
      },
    ],
  ])
}

/** Cross-entropy of one class among several, from logits: mean over N of -Σ target · log softmax(x). [N, L] → scalar */
export function softmaxCrossEntropy(tape: Tape, logits: Value, target: string): Value {
  const { graph } = tape
  const rows = graph.f32([1 / logits.shape[0]!])
  const log = graph.op('LogSoftmax', [logits.name], { axis: -1 })
  const total = graph.op('ReduceSum', [graph.op('Mul', [log, target])], { keepdims: 0 })
  const loss = graph.op('Mul', [graph.op('Neg', [total]), rows])
  return tape.record(loss, [], [logits], (g) => [
    [
      logits,
      () => {
        // Rows of the target sum to 1.
        const error = graph.op('Sub', [graph.op('Softmax', [logits.name], { axis: -1 }), target])
        return graph.op('Mul', [graph.op('Mul', [error, rows]), g])
      },
    ],
  ])
}

/** Mean of squared differences. */
export function meanSquaredError(tape: Tape, x: Value, target: string): Value {
  const { graph } = tape
  const error = graph.op('Sub', [x.name, target])
  const loss = graph.op('ReduceMean', [graph.op('Mul', [error, error])], { keepdims: 0 })
  const factor = graph.f32([2 / sizeOf(x.shape)])
  return tape.record(loss, [], [x], (g) => [
    [x, () => graph.op('Mul', [graph.op('Mul', [error, factor]), g])],
  ])
}

/** Mean of absolute differences (L1). */
export function meanAbsoluteError(tape: Tape, x: Value, target: string): Value {
  const { graph } = tape
  const error = graph.op('Sub', [x.name, target])
  const loss = graph.op('ReduceMean', [graph.op('Abs', [error])], { keepdims: 0 })
  const factor = graph.f32([1 / sizeOf(x.shape)])
  return tape.record(loss, [], [x], (g) => [
    [x, () => graph.op('Mul', [graph.op('Mul', [graph.op('Sign', [error]), factor]), g])],
  ])
}
