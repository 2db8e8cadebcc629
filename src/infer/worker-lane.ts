import type { Clip } from '../core/clip.ts'
import type { Clock } from '../core/clock.ts'
import { backOffMs } from '../core/time/back-off.ts'
import { batchSlots, createBatchBuffers } from './batch-buffers.ts'
import type { RunAnswer, SessionThread } from './session-thread.ts'
import type { RunResult, SessionFacts } from './worker-protocol.ts'

export type BatchOutcome =
  | ({ readonly kind: 'scored' } & RunResult)
  /** The run threw; the worker is still there. */
  | { readonly kind: 'failed'; readonly message: string }
  /** The worker ended before it answered. */
  | { readonly kind: 'lost'; readonly message: string }

/** Whoever runs batches for a batcher. */
export interface BatchWorker {
  /** Whether it can take batches at all now. */
  readonly ready: boolean
  /** Batches that it was given and has not answered. */
  readonly running: number
  /** Never rejects. */
  run(clips: readonly Clip[]): Promise<BatchOutcome>
}

export interface LaneStatus {
  readonly state: 'starting' | 'ready' | 'restarting' | 'closed'
  /** What its session really runs on; null before the first one is open. */
  readonly session: SessionFacts | null
  readonly restarts: number
  /** Why the last worker ended or did not start. */
  readonly lastError: string | null
}

export interface WorkerLane extends BatchWorker {
  /** The first worker's start; rejects with its error, and then there is no second try. */
  readonly opened: Promise<SessionFacts>
  status(): LaneStatus
  close(): Promise<void>
}

export interface WorkerLaneOptions {
  readonly start: () => SessionThread
  readonly clock: Clock
  /** T × H × W × 3. */
  readonly clipBytes: number
  readonly maxBatch: number
  /** States for a batch, see StreamStates.pack. */
  readonly packStates: (clips: readonly Clip[], slots: number) => Float32Array<ArrayBuffer>[]
  /** It became ready, or was lost. */
  readonly changed: () => void
  /** A worker ended although nobody asked it to; the next one starts after `delayMs`. */
  readonly lost: (reason: string, delayMs: number) => void
}

/** Batches that one worker may have: one runs, one waits in its mailbox so that it never idles under load. */
export const batchesAhead = 2
const firstDelayMs = 250
const mostDelayMs = 10_000
/** A run that takes longer is stuck (a hung GPU driver): the worker is given up. */
const runTimeoutMs = 120_000
const mostStuck = 2
const closePatienceMs = 5000

/** Keeps one worker thread running: starts it again with growing delays when it ends, and lends it batch buffers. */
export function createWorkerLane(options: WorkerLaneOptions): WorkerLane {
  const { start, clock, clipBytes, maxBatch, packStates, changed, lost } = options
  const buffers = createBatchBuffers({ clipBytes, maxBatch, idle: batchesAhead })
  const unanswered = new Set<(outcome: BatchOutcome) => void>()
  const opening = Promise.withResolvers<SessionFacts>()
  opening.promise.catch(() => {})
  let thread: SessionThread | null = null
  let state: LaneStatus['state'] = 'starting'
  let session: SessionFacts | null = null
  let restarts = 0
  let lastError: string | null = null
  /** Ends since the last answered batch. */
  let failures = 0
  /** Threads that were given up and are still there. */
  let stuck = 0
  let cancelRestart = () => {}

  const launch = () => {
    const launched = start()
    let refusal: string | null = null
    thread = launched
    launched.opened.then(
      (facts) => {
        if (thread !== launched || state === 'closed') return
        session = facts
        state = 'ready'
        opening.resolve(facts)
        changed()
      },
      (error: Error) => {
        refusal = error.message
        opening.reject(error)
      },
    )
    launched.ended.then((reason) => ended(launched, refusal ?? reason))
  }
  const ended = (gone: SessionThread, reason: string) => {
    if (thread !== gone) return
    thread = null
    for (const answer of [...unanswered]) answer({ kind: 'lost', message: reason })
    if (state === 'closed') return
    lastError = reason
    // The very first start is not repeated: its error is the caller's.
    if (session === null) {
      state = 'closed'
      return
    }
    state = 'restarting'
    failures += 1
    const delayMs = backOffMs(failures, { firstMs: firstDelayMs, mostMs: mostDelayMs })
    lost(reason, delayMs)
    changed()
    cancelRestart = clock.after(delayMs, restart)
  }
  const restart = () => {
    // Each stuck thread still holds a session: more of them would only use up the memory.
    if (stuck >= mostStuck) {
      cancelRestart = clock.after(mostDelayMs, restart)
      return
    }
    restarts += 1
    launch()
  }
  const giveUp = (stuckThread: SessionThread) => {
    stuck += 1
    stuckThread.exited.then(() => {
      stuck -= 1
    })
    stuckThread.abandon(`no answer for ${runTimeoutMs} ms`)
  }

  launch()
  return {
    opened: opening.promise,
    get ready() {
      return state === 'ready'
    },
    get running() {
      return unanswered.size
    },
    run(clips) {
      const used = thread
      if (used === null || state !== 'ready')
        return Promise.resolve({ kind: 'lost', message: 'the worker is not running' })
      return new Promise((resolve) => {
        const cancelTimeout = clock.after(runTimeoutMs, () => giveUp(used))
        const answer = (outcome: BatchOutcome) => {
          unanswered.delete(answer)
          cancelTimeout()
          resolve(outcome)
        }
        unanswered.add(answer)
        const slots = batchSlots(clips.length, maxBatch, session!.provider)
        const request = { slots, buffer: buffers.pack(clips, slots), states: packStates(clips, slots) }
        used.run(request, (result, buffer) => {
          buffers.giveBack(buffer)
          failures = 0
          answer(outcomeOf(result))
        })
      })
    },
    status: () => ({ state, session, restarts, lastError }),
    async close() {
      cancelRestart()
      state = 'closed'
      await thread?.close(closePatienceMs)
    },
  }
}

function outcomeOf(answer: RunAnswer): BatchOutcome {
  return answer.ok ? { ...answer, kind: 'scored' } : { kind: 'failed', message: answer.message }
}
