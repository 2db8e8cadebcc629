import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { AppError } from '../../src/core/errors.ts'
import type { ThreadAnswer } from './answer-from-thread.ts'

export interface ThreadWork {
  /** The module that runs; it answers through {@link answerFromThread}. */
  readonly url: URL
  readonly name: string
  readonly plan: unknown
  /** After this time, or when it takes more memory than this, it is ended. */
  readonly timeoutMs: number
  readonly mostMb: number
}

/**
 * Does work that would hold up frames in a thread of its own, which ends with the answer.
 *
 * @throws AppError API_TOO_LARGE when it takes too long or too much memory, and what the work throws
 */
export async function runInThread<T>({ url, name, plan, timeoutMs, mostMb }: ThreadWork): Promise<T> {
  const worker = new Worker(url, {
    workerData: plan,
    name,
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: mostMb, maxYoungGenerationSizeMb: 16 },
  })
  const over = new AbortController()
  const { signal } = over
  try {
    const answer = await Promise.race([
      once(worker, 'message', { signal }).then(([message]) => message as ThreadAnswer<T>),
      once(worker, 'exit', { signal }).then(() => null),
      pause(timeoutMs, 'late' as const, { signal, ref: false }),
    ])
    if (answer === 'late')
      throw new AppError('API_TOO_LARGE', `this takes longer than ${timeoutMs / 1000} s, and is given up`)
    if (answer === null) throw new AppError('BUG_UNEXPECTED', `the thread ${name} ended without an answer`)
    if ('value' in answer) return answer.value
    const { code, message, details } = answer.failed
    throw new AppError(code, message, { details })
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY')
      throw new AppError('API_TOO_LARGE', `this takes more than ${mostMb} MB of memory, and is given up`)
    throw thrown
  } finally {
    over.abort()
    worker.on('error', () => {})
    void worker.terminate()
  }
}

/** The module beside another one; the emitted JavaScript lies beside its worker under the other extension. */
export function besideModule(name: string, moduleUrl: string): URL {
  return new URL(`./${name}${moduleUrl.slice(-3)}`, moduleUrl)
}
