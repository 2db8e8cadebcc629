// The worker loads ONNX Runtime.
import '../../onnx/runtime-telemetry.ts'
import { Worker } from 'node:worker_threads'
import type { Clock } from '../../core/clock.ts'
import type { measurePrecision, PrecisionMeasurement } from '../../onnx/quantize/measure-precision.ts'

export type MeasurePrecision = (plan: Parameters<typeof measurePrecision>[0]) => Promise<PrecisionMeasurement>

/** A large model needs some runs; one that takes longer is served as its bundle says. */
const patienceMs = 120_000

/** measurePrecision in a worker thread. Rejects when it fails there, or takes too long; then the thread is left to itself. */
export function measureInThread(clock: Clock): MeasurePrecision {
  return (plan) => {
    const { promise, resolve, reject } = Promise.withResolvers<PrecisionMeasurement>()
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
    const worker = new Worker(new URL(`./precision-worker.${extension}`, import.meta.url), {
      workerData: plan,
      name: 'measure precision',
      execArgv: [],
    })
    const cancel = clock.after(patienceMs, () => {
      worker.unref()
      reject(new Error(`no answer within ${patienceMs / 1000} s`))
    })
    worker.on('message', (answer: { measured?: PrecisionMeasurement; fault?: string }) => {
      if (answer.measured) resolve(answer.measured)
      else reject(new Error(answer.fault))
    })
    worker.on('error', reject)
    worker.on('exit', () => reject(new Error('the measuring thread ended')))
    return promise.finally(cancel)
  }
}
