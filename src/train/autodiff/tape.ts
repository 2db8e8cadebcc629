import type { GraphBuilder } from '../../onnx/graph-builder.ts'

/**
 * A tensor in the graph that is being built. Sizes are known numbers; a negative size stands for a multiple of
 * the batch, which is free in serving graphs (-1 is the batch, -8 eight times the batch).
 */
export interface Value {
  readonly name: string
  readonly shape: readonly number[]
  /** Whether a gradient is wanted for it or for something that it was computed from. */
  readonly tracked: boolean
}

/** Given the gradient of a node's output, emits the gradients of its inputs. */
export type Backward = (gradient: string) => readonly (readonly [Value, () => string])[]

export interface Tape {
  readonly graph: GraphBuilder
  /** A tensor without gradient. */
  constant(name: string, shape: readonly number[]): Value
  /** A tensor whose gradient is wanted. */
  leaf(name: string, shape: readonly number[]): Value
  /** The result of a node, with what to do on the way back. */
  record(name: string, shape: readonly number[], inputs: readonly Value[], backward: Backward): Value
  /** Emits the backward pass of a scalar; gives the gradient of a leaf, or null where it has no influence. */
  gradients(loss: Value): (leaf: Value) => string | null
}

interface Entry {
  readonly output: Value
  readonly backward: Backward
}

/**
 * Reverse-mode differentiation that writes ONNX: every operation adds its node and remembers a rule; `gradients`
 * walks the rules backwards and adds their nodes to the same graph. Rules of inputs without gradient never run.
 */
export function createTape(graph: GraphBuilder): Tape {
  const entries: Entry[] = []
  return {
    graph,
    constant: (name, shape) => ({ name, shape, tracked: false }),
    leaf: (name, shape) => ({ name, shape, tracked: true }),
    record(name, shape, inputs, backward) {
      const output: Value = { name, shape, tracked: inputs.some(({ tracked }) => tracked) }
      if (output.tracked) entries.push({ output, backward })
      return output
    },
    gradients(loss) {
      const sums = new Map<string, string>([
        [
          loss.name,
          graph.f32(
            [1],
            loss.shape.map(() => 1),
          ),
        ],
      ])
      for (const { output, backward } of entries.toReversed()) {
        const gradient = sums.get(output.name)
        if (gradient === undefined) continue
        for (const [input, emit] of backward(gradient)) {
          if (!input.tracked) continue
          const part = emit()
          const before = sums.get(input.name)
          sums.set(input.name, before === undefined ? part : graph.op('Add', [before, part]))
        }
      }
      return (leaf) => sums.get(leaf.name) ?? null
    },
  }
}

/** A shape as the constant that Reshape takes: whatever depends on the batch becomes -1. */
export function shapeConstant(graph: GraphBuilder, shape: readonly number[]): string {
  return graph.i64(shape.map((size) => (size < 0 ? -1 : size)))
}

/** Product of sizes; negative when the batch takes part. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}
