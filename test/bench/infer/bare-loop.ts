// Worker of the infer bench: nothing but session.run in a loop, with the same graph, batch and threads as the engine.
import { parentPort, workerData } from 'node:worker_threads'
import { InferenceSession, Tensor } from 'onnxruntime-node'

export interface BarePlan {
  readonly graphPath: string
  readonly shape: readonly number[]
  readonly intraOpThreads: number
  readonly allowSpinning: boolean
}

const { graphPath, shape, intraOpThreads, allowSpinning } = workerData as BarePlan
const session = await InferenceSession.create(graphPath, {
  executionProviders: ['cpu'],
  intraOpNumThreads: intraOpThreads,
  extra: { session: { intra_op: { allow_spinning: allowSpinning ? '1' : '0' } } },
})
const length = shape.reduce((product, size) => product * size, 1)
const pixels = Uint8Array.from({ length }, (_, n) => Math.imul(n + 1, 2654435761) >>> 24)

parentPort!.on('message', async (durationMs: number) => {
  if (durationMs === 0) return parentPort!.close()
  const startMs = performance.now()
  let clips = 0
  while (performance.now() - startMs < durationMs) {
    await session.run({ clips: new Tensor('uint8', pixels, shape) })
    clips += shape[0]!
  }
  parentPort!.postMessage(clips / ((performance.now() - startMs) / 1000))
})
parentPort!.postMessage('ready')
