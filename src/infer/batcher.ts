import { type Clip, clipSource, type Scores } from '../core/clip.ts'
import type { Clock } from '../core/clock.ts'
import { createClipQueue } from './clip-queue.ts'
import { type BatchOutcome, type BatchWorker, batchesAhead } from './worker-lane.ts'

/** Why a clip got no scores before it was run. */
export type QueueDrop = 'queue_full' | 'worker_lost' | 'closed'

export interface BatcherOptions {
  readonly maxBatch: number
  /** Longest wait for a batch to fill, milliseconds. */
  readonly deadlineMs: number
  /** True for models that carry state, see ClipQueueOptions. */
  readonly sequential: boolean
  readonly clock: Clock
  readonly workers: readonly BatchWorker[]
  /** Makes the scores of a batch that was answered; null for a clip that gets none. Must count what it drops. */
  readonly finish: (clips: readonly Clip[], outcome: BatchOutcome) => readonly (Scores | null)[]
  /** A batch goes to a worker; `waitsMs` is how long each of its clips waited. */
  readonly dispatched: (waitsMs: readonly number[]) => void
  readonly dropped: (clip: Clip, reason: QueueDrop) => void
}

export interface Batcher {
  readonly waiting: number
  /** Queues a clip. Resolves with its scores, or with null when it was dropped (and counted). */
  offer(clip: Clip): Promise<Scores | null>
  /** Looks again whether a batch can go: a worker came or went. */
  wake(): void
  /** Resolves when every clip that was offered so far and since has been answered. */
  drained(): Promise<void>
  /** Answers all waiting clips with null and takes no more. Batches that are out are still answered. */
  close(): void
}

interface Waiting {
  readonly clip: Clip
  readonly sinceMs: number
  readonly settle: (scores: Scores | null) => void
}

const clipsPerCamera = 2
/** A batch whose worker was lost waits at most this long for another one; then its clips are old news. */
const retryWithinMs = 5000

/**
 * Puts clips of several cameras into batches for the workers of one model. A batch goes as soon as a worker is free
 * and it is full, or the deadline of its oldest clip has come, or no other camera is expected before that deadline.
 * Beyond the running batch a worker gets one more only if that one is full. A batch whose worker is lost is run once
 * more.
 */
export function createBatcher(options: BatcherOptions): Batcher {
  const { maxBatch, deadlineMs, sequential, clock, workers, finish, dispatched, dropped } = options
  const queue = createClipQueue<Waiting>({ perCamera: clipsPerCamera, sequential })
  let retries: { readonly batch: readonly Waiting[]; readonly untilMs: number }[] = []
  let cancelTimer = () => {}
  let closed = false
  /** Clips that were offered and are not answered. */
  let unanswered = 0
  const draining: (() => void)[] = []

  const answered = (settle: Waiting['settle'], scores: Scores | null) => {
    unanswered -= 1
    settle(scores)
    if (unanswered > 0) return
    for (const done of draining.splice(0)) done()
  }

  const drop = ({ clip, settle }: Waiting, reason: QueueDrop) => {
    dropped(clip, reason)
    answered(settle, null)
  }
  const dropBatch = (batch: readonly Waiting[], reason: QueueDrop) => {
    for (const item of batch) {
      queue.release(clipSource(item.clip))
      drop(item, reason)
    }
  }
  const expireRetries = (nowMs: number) => {
    const late = retries.filter(({ untilMs }) => nowMs > untilMs)
    if (late.length === 0) return
    retries = retries.filter(({ untilMs }) => nowMs <= untilMs)
    for (const { batch } of late) dropBatch(batch, 'worker_lost')
  }
  const freeWorker = (): BatchWorker | null => {
    let best: BatchWorker | null = null
    for (const worker of workers)
      if (worker.ready && worker.running < (best?.running ?? batchesAhead)) best = worker
    return best
  }
  const send = async (worker: BatchWorker, batch: readonly Waiting[], again: boolean) => {
    const clips = batch.map(({ clip }) => clip)
    const outcome = await worker.run(clips)
    if (outcome.kind === 'lost' && !again && !closed) {
      retries.push({ batch, untilMs: clock.monoMs() + retryWithinMs })
    } else {
      const scores = finish(clips, outcome)
      for (const [at, { clip, settle }] of batch.entries()) {
        queue.release(clipSource(clip))
        answered(settle, scores[at] ?? null)
      }
    }
    pump()
  }
  const pump = (): void => {
    cancelTimer()
    cancelTimer = () => {}
    const nowMs = clock.monoMs()
    expireRetries(nowMs)
    for (let worker = freeWorker(); worker !== null; worker = freeWorker()) {
      const retry = retries.shift()
      if (retry) {
        void send(worker, retry.batch, true)
        continue
      }
      const count = queue.available(maxBatch)
      if (count === 0) return
      if (count < maxBatch) {
        if (worker.running > 0) return
        const dueMs = queue.oldestMs()! + deadlineMs
        if (nowMs < dueMs && queue.expects(nowMs, dueMs)) {
          cancelTimer = clock.after(dueMs - nowMs, pump)
          return
        }
      }
      const batch = queue.take(maxBatch)
      dispatched(batch.map(({ sinceMs }) => nowMs - sinceMs))
      void send(worker, batch, false)
    }
  }

  return {
    get waiting() {
      return queue.waiting
    },
    offer(clip) {
      return new Promise((settle) => {
        const nowMs = clock.monoMs()
        const item: Waiting = { clip, sinceMs: nowMs, settle }
        unanswered += 1
        if (closed) return drop(item, 'closed')
        const displaced = queue.push(clipSource(clip), item, nowMs)
        if (displaced) drop(displaced, 'queue_full')
        pump()
      })
    },
    wake: pump,
    drained: () =>
      unanswered === 0 ? Promise.resolve() : new Promise((resolve) => void draining.push(resolve)),
    close() {
      closed = true
      cancelTimer()
      for (const item of queue.clear()) drop(item, 'closed')
      for (const { batch } of retries.splice(0)) dropBatch(batch, 'closed')
    },
  }
}
