import { AppError } from '../../src/core/errors.ts'
import { soundRateHz } from '../../src/core/sound.ts'
import { createSession } from '../../src/onnx/create-session.ts'
import { Tensor } from '../../src/onnx/onnx-runtime.ts'
import type { Trial } from './try-model.ts'

/** Largest difference, relative to the scores' size, between a window alone and the same window in a batch. */
const tolerance = 1e-3

/**
 * Runs sounds that have nothing in common (silence, noise, a tone, beeps) alone and as a batch, so that a graph with a wrong
 * shape, NaN, or one that does not listen is found at import.
 *
 * @throws AppError MODEL_GRAPH, MODEL_CONTRACT
 */
export async function trySounds(plan: {
  graph: Uint8Array
  samples: number
  labels: number
}): Promise<Trial> {
  const { graph, samples, labels } = plan
  const session = await createSession(graph).catch((cause: Error) => {
    throw new AppError('MODEL_GRAPH', `ONNX Runtime does not load the graph: ${cause.message}`, { cause })
  })
  try {
    const run = async (windows: readonly Int16Array[]) => {
      const sound = new Int16Array(windows.length * samples)
      for (const [row, window] of windows.entries()) sound.set(window, row * samples)
      const results = await session
        .run({ sound: new Tensor('int16', sound, [windows.length, samples]) })
        .catch((cause: Error) => {
          throw new AppError('MODEL_GRAPH', `ONNX Runtime cannot run the graph: ${cause.message}`, { cause })
        })
      const scores = results.scores!.data as Float32Array
      if (scores.length !== windows.length * labels)
        throw wrong(
          `gives ${scores.length / windows.length} scores for a window, and there are ${labels} labels`,
        )
      if (!scores.every(Number.isFinite)) throw wrong('gives NaN or infinite scores')
      return scores
    }
    const windows = [silence, noise, tone, beeps].map((sound) => Int16Array.from({ length: samples }, sound))
    const alone: Float32Array[] = []
    for (const window of windows) alone.push((await run([window])).slice())
    const together = await run(windows)
    const size = together.reduce((most, score) => Math.max(most, Math.abs(score)), 1)
    const largest = (a: Float32Array, b: Float32Array) =>
      a.reduce((most, score, at) => Math.max(most, Math.abs(score - b[at]!)), 0)
    for (const [row, scores] of alone.entries())
      if (largest(scores, together.subarray(row * labels, (row + 1) * labels)) > tolerance * size)
        throw wrong('gives a window other scores in a batch than alone')
    if (alone.every((scores) => largest(scores, alone[0]!) <= 1e-6 * size))
      throw wrong('gives the same scores for silence, noise, a tone and beeps')
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

const wrong = (text: string) => new AppError('MODEL_CONTRACT', `the graph ${text}`)

const silence = () => 0
/** The same numbers every time: a multiplicative congruential generator (Lehmer). */
const noise = (_: unknown, n: number) => (((n + 1) * 48_271) % 65_536) - 32_768
const tone = (_: unknown, n: number) => Math.round(12_000 * Math.sin((2 * Math.PI * 440 * n) / soundRateHz))
/** 3100 Hz, a tenth of a second on, a tenth off. */
const beeps = (_: unknown, n: number) =>
  Math.floor((n * 10) / soundRateHz) % 2 === 0
    ? Math.round(20_000 * Math.sin((2 * Math.PI * 3100 * n) / soundRateHz))
    : 0
