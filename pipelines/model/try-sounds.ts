import { soundRateHz } from '../../src/core/sound.ts'
import { Tensor } from '../../src/onnx/onnx-runtime.ts'
import type { Trial } from './try-model.ts'
import { tryWindows } from './try-windows.ts'

/**
 * Runs sounds that have nothing in common (silence, noise, a tone, beeps); see tryWindows.
 *
 * @throws AppError MODEL_GRAPH, MODEL_CONTRACT
 */
export function trySounds(plan: { graph: Uint8Array; samples: number; labels: number }): Promise<Trial> {
  const { graph, samples, labels } = plan
  return tryWindows({
    graph,
    input: 'sound',
    output: 'scores',
    labels,
    windows: [silence, noise, tone, beeps].map((sound) => Int16Array.from({ length: samples }, sound)),
    shown: 'silence, noise, a tone and beeps',
    tensorOf(windows) {
      const sound = new Int16Array(windows.length * samples)
      for (const [row, window] of windows.entries()) sound.set(window, row * samples)
      return new Tensor('int16', sound, [windows.length, samples])
    },
  })
}

const silence = () => 0
/** The same numbers every time: a multiplicative congruential generator (Lehmer). */
const noise = (_: unknown, n: number) => (((n + 1) * 48_271) % 65_536) - 32_768
const tone = (_: unknown, n: number) => Math.round(12_000 * Math.sin((2 * Math.PI * 440 * n) / soundRateHz))
/** 3100 Hz, a tenth of a second on, a tenth off. */
const beeps = (_: unknown, n: number) =>
  Math.floor((n * 10) / soundRateHz) % 2 === 0
    ? Math.round(20_000 * Math.sin((2 * Math.PI * 3100 * n) / soundRateHz))
    : 0
