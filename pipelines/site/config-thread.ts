import type { SiteDiff } from '../../src/http/site-port.ts'
import type { ConfigPlan } from './config-worker.ts'
import { createOneAtATime } from './one-at-a-time.ts'
import { besideModule, runInThread } from './run-in-thread.ts'

const timeoutMs = 10_000
const mostMb = 512
const mostWaiting = 4
/** Shorter ones are read at once: a thread takes longer to begin. */
const shortLetters = 8192

/** Whether a text of a request is so long that reading it would hold up frames. */
export function isLong(text: string): boolean {
  return text.length > shortLetters
}

/**
 * Reads configurations of requests in threads, one after the other.
 *
 * @returns what reads one: the difference, or null for an edit that can be made.
 *   It throws AppError CONFIG_… and the like, API_TOO_LARGE, API_BUSY
 */
export function createConfigReader(): (plan: ConfigPlan) => Promise<SiteDiff | null> {
  const oneRead = createOneAtATime('configurations are being read', mostWaiting)
  const url = besideModule('config-worker', import.meta.url)
  return (plan) =>
    oneRead(() => runInThread<SiteDiff | null>({ url, name: 'config', plan, timeoutMs, mostMb }))
}
