import { parentPort, workerData } from 'node:worker_threads'
import { measurePrecision } from '../../onnx/quantize/measure-precision.ts'

// Measures in a thread of its own: ONNX Runtime holds the thread up while it runs.

try {
  const measured = await measurePrecision(workerData as Parameters<typeof measurePrecision>[0])
  parentPort!.postMessage({ measured })
} catch (thrown) {
  parentPort!.postMessage({ fault: (thrown as Error).message })
}
