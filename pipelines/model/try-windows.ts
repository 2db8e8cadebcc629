import { AppError } from '../../src/core/errors.ts'
import { createSession } from '../../src/onnx/create-session.ts'
import type { Tensor } from '../../src/onnx/onnx-runtime.ts'
import { sessionSettings } from '../../src/onnx/session-settings.ts'
import type { Trial } from './try-model.ts'

/** Largest difference, relative to the scores' size, between a window alone and the same window in a batch. */
const tolerance = 1e-3

export interface WindowTrial<Window> {
  readonly graph: Uint8Array
  readonly input: string
  readonly output: string
  readonly labels: number
  /** Windows that have nothing in common; the second one is timed. */
  readonly windows: readonly Window[]
  /** What they show, for messages: "silence, noise and a tone". */
  readonly shown: string
  readonly tensorOf: (windows: readonly Window[]) => Tensor
}

/**
 * Runs windows alone and as a batch, so that a graph with a wrong shape, NaN, or one that does not look at them is found
 * at import.
 *
 * @throws AppError MODEL_GRAPH, MODEL_CONTRACT
 */
export async function tryWindows<Window>(trial: WindowTrial<Window>): Promise<Trial> {
  const { graph, input, output, labels, windows, shown, tensorOf } = trial
  const session = await createSession(graph, { extra: sessionSettings() }).catch((cause: Error) => {
    throw new AppError('MODEL_GRAPH', `ONNX Runtime does not load the graph: ${cause.message}`, { cause })
  })
  try {
    const run = async (batch: readonly Window[]) => {
      const results = await session.run({ [input]: tensorOf(batch) }).catch((cause: Error) => {
        throw new AppError('MODEL_GRAPH', `ONNX Runtime cannot run the graph: ${cause.message}`, { cause })
      })
      const scores = results[output]!.data as Float32Array
      if (scores.length !== batch.length * labels)
        throw wrong(
          `gives ${scores.length / batch.length} scores for a window, and there are ${labels} labels`,
        )
      if (!scores.every(Number.isFinite)) throw wrong('gives NaN or infinite scores')
      return scores
    }
    const alone: Float32Array[] = []
    for (const window of windows) alone.push((await run([window])).slice())
    const together = await run(windows)
    const size = together.reduce((most, score) => Math.max(most, Math.abs(score)), 1)
    for (const [row, scores] of alone.entries())
      if (largestGap(scores, together.subarray(row * labels, (row + 1) * labels)) > tolerance * size)
        throw wrong('gives a window other scores in a batch than alone')
    if (alone.every((scores) => largestGap(scores, alone[0]!) <= 1e-6 * size))
      throw wrong(`gives the same scores for ${shown}`)
    const times: number[] = []
    for (let round = 0; round < 5; round += 1) {
      const start = performance.now()
      await run([windows[1]!])
      times.push(performance.now() - start)
    }
    return {
      latencyMs: Number(times.sort((a, b) => a - b)[2]!.toFixed(2)),
      lowest: together.reduce((a, b) => Math.min(a, b)),
      highest: together.reduce((a, b) => Math.max(a, b)),
      shape: [labels],
      outputs: alone,
    }
  } finally {
    await session.release()
  }
}

/** Greatest difference of two lists of numbers. */
export function largestGap(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, score, at) => Math.max(most, Math.abs(score - b[at]!)), 0)
}

const wrong = (text: string) => new AppError('MODEL_CONTRACT', `the graph ${text}`)
