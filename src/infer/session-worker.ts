import { parentPort, workerData } from 'node:worker_threads'
import { applyActivation } from '../core/activation.ts'
import { toAppError } from '../core/errors.ts'
import type { InferenceSession } from '../onnx/onnx-runtime.ts'
import { openSession } from './open-session.ts'
import { runSession } from './run-session.ts'
import type { FromWorker, ToWorker, WorkerPlan } from './worker-protocol.ts'

// The body of an inference worker thread: one session, runs in the order in which they come.

const plan = workerData as WorkerPlan
const port = parentPort!
const send = (message: FromWorker, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer)

async function answer(session: InferenceSession, message: Extract<ToWorker, { type: 'run' }>): Promise<void> {
  const { buffer } = message
  const { output, labels, decode } = plan.bundle
  try {
    const result = await runSession(session, plan.bundle, message)
    if (!decode) applyActivation(result.values, labels.length, output.activation)
    const owned = [buffer, result.values.buffer, ...result.states.map((state) => state.buffer)]
    send({ type: 'done', buffer, ...result }, owned)
  } catch (thrown) {
    send({ type: 'failed', buffer, message: (thrown as Error).message }, [buffer])
  }
}

try {
  const { session, ...facts } = await openSession(plan)
  let last: Promise<void> = Promise.resolve()
  port.on('message', (message: ToWorker) => {
    last = last.then(async () => {
      if (message.type === 'run') return answer(session, message)
      await session.release()
      port.close()
    })
  })
  send({ type: 'ready', ...facts })
} catch (thrown) {
  const { code, message, details } = toAppError(thrown)
  send({ type: 'refused', code, message, details })
}
