// Its worker thread loads ONNX Runtime.
import '../onnx/runtime-telemetry.ts'
import { Worker } from 'node:worker_threads'
import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/errors.ts'
import type { FromWorker, RunResult, SessionFacts, ToWorker, WorkerPlan } from './worker-protocol.ts'

/** A batch for a worker thread. Its buffers are gone from here once it is sent. */
export type RunRequest = Omit<Extract<ToWorker, { type: 'run' }>, 'type'>

export type RunAnswer = ({ readonly ok: true } & RunResult) | { readonly ok: false; readonly message: string }

/** One worker thread with one session. */
export interface SessionThread {
  /** Resolves when the session is open; rejects with what openSession threw, or MODEL_INFERENCE if the thread ended. */
  readonly opened: Promise<SessionFacts>
  /** Resolves once, when the thread has ended or is given up; says why. Runs without an answer get none. */
  readonly ended: Promise<string>
  /** Sends a batch. `answered` gets the outcome and the buffer back, unless the thread ends first. */
  run(request: RunRequest, answered: (answer: RunAnswer, buffer: ArrayBuffer) => void): void
  /** Resolves when the thread is really gone; later than `ended` for one that was abandoned, or never. */
  readonly exited: Promise<void>
  /** Lets what was sent finish, then ends the thread; after `patienceMs` it is abandoned. */
  close(patienceMs: number): Promise<void>
  /**
   * Gives up a thread that is stuck: nothing more is heard of it, and it ends by itself if its run ever returns. It is
   * not terminated: that makes ONNX Runtime's native code throw when it returns and aborts the whole process.
   */
  abandon(reason: string): void
}

export type StartThread = (plan: WorkerPlan) => SessionThread

/** Starts a worker thread that opens the model and answers batches. */
export function startSessionThread(plan: WorkerPlan, clock: Clock): SessionThread {
  // The emitted JavaScript lies beside its worker under the other extension.
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const worker = new Worker(new URL(`./session-worker.${extension}`, import.meta.url), {
    workerData: plan,
    name: `infer ${plan.modelName}`,
    execArgv: [],
  })
  const waiting: ((answer: RunAnswer, buffer: ArrayBuffer) => void)[] = []
  const opening = Promise.withResolvers<SessionFacts>()
  const ending = Promise.withResolvers<string>()
  const exiting = Promise.withResolvers<void>()
  // Whoever starts a thread awaits it; an end that comes first must not count as unhandled.
  opening.promise.catch(() => {})
  let fault: string | null = null

  const end = (reason: string) => {
    worker.removeAllListeners('message')
    waiting.length = 0
    opening.reject(
      new AppError('MODEL_INFERENCE', `models ${plan.modelName}: the inference worker ended: ${reason}`),
    )
    ending.resolve(reason)
  }
  const send = (message: ToWorker, transfer: ArrayBuffer[] = []) => worker.postMessage(message, transfer)

  worker.on('message', (message: FromWorker) => {
    if (message.type === 'ready') {
      opening.resolve({ provider: message.provider, nodes: message.nodes, refused: message.refused })
    } else if (message.type === 'refused') {
      opening.reject(new AppError(message.code, message.message, { details: { ...message.details } }))
    } else {
      const answered = waiting.shift()
      answered?.(
        message.type === 'done' ? { ...message, ok: true } : { ...message, ok: false },
        message.buffer,
      )
    }
  })
  worker.on('error', (error: unknown) => {
    // Node's own errors can arrive without their message.
    const { message, code } = error as { message?: string; code?: string }
    fault = message || code || String(error)
  })
  worker.on('exit', (status) => {
    end(fault ?? `exit status ${status}`)
    exiting.resolve()
  })

  const abandon = (reason: string) => {
    end(reason)
    send({ type: 'close' })
    worker.unref()
  }
  return {
    opened: opening.promise,
    ended: ending.promise,
    exited: exiting.promise,
    run(request, answered) {
      waiting.push(answered)
      send({ type: 'run', ...request }, [request.buffer, ...request.states.map(({ buffer }) => buffer)])
    },
    async close(patienceMs) {
      send({ type: 'close' })
      const cancel = clock.after(patienceMs, () => abandon(`did not close within ${patienceMs} ms`))
      await ending.promise
      cancel()
    },
    abandon,
  }
}
