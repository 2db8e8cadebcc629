import { readFile } from 'node:fs/promises'
import type { LoadedBundle } from '../../../src/bundle/load-bundle.ts'
import { applyActivation } from '../../../src/core/activation.ts'
import { createSession } from '../../../src/onnx/create-session.ts'
import { Tensor } from '../../../src/onnx/onnx-runtime.ts'
import type { ScoreWindows } from './judge-bodies.ts'

export interface WindowScorer {
  readonly score: ScoreWindows
  close(): Promise<void>
}

/** A bundle of kind skeleton, outside the engine: windows in, scores after its activation out. */
export async function createWindowScorer(
  { bundle, graphPath }: LoadedBundle,
  threads: number,
): Promise<WindowScorer> {
  const { input, output, temporal, labels } = bundle
  const session = await createSession(await readFile(graphPath), { threads })
  return {
    async score(windows, count) {
      const fed = new Tensor('float32', windows, [count, temporal.frames, 2, 17, 3])
      const results = await session.run({ [input.name]: fed })
      const scores = (results[output.name]!.data as Float32Array).slice()
      applyActivation(scores, labels.length, output.activation)
      return scores
    },
    close: () => session.release(),
  }
}
