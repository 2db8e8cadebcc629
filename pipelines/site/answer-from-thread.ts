import { parentPort } from 'node:worker_threads'
import { type ErrorCode, toAppError } from '../../src/core/errors.ts'

export type ThreadAnswer<T> =
  | { readonly value: T }
  | {
      readonly failed: {
        readonly code: ErrorCode
        readonly message: string
        readonly details: Record<string, unknown>
      }
    }

/** Tells the thread that began this one what came of the work. */
export async function answerFromThread<T>(work: () => T | Promise<T>): Promise<void> {
  let answer: ThreadAnswer<T>
  try {
    answer = { value: await work() }
  } catch (thrown) {
    const { code, message, details } = toAppError(thrown)
    // What cannot be copied between threads is left out.
    answer = { failed: { code, message, details: JSON.parse(JSON.stringify(details)) } }
  }
  parentPort!.postMessage(answer)
}
