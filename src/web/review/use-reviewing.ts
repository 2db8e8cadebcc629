import { type Signal, useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { api, dataOf } from '../api/client.ts'
import { onEvent } from '../api/events.ts'
import type { QueueFilter } from './queue-filter.ts'
import { createReviewQueue, type ReviewQueue } from './review-queue.ts'
import type { Counters, LabelEntry } from './review-types.ts'

const gatherMs = 2000

export interface Reviewing {
  readonly queue: ReviewQueue
  readonly labels: Signal<readonly LabelEntry[]>
  readonly counters: Signal<Counters | null>
}

/** The queue, the labels and the counters of the page; they follow what others do, a little later. */
export function useReviewing(filter: QueueFilter): Reviewing {
  const queue = useMemo(() => createReviewQueue(), [])
  const labels = useSignal<readonly LabelEntry[]>([])
  const counters = useSignal<Counters | null>(null)
  useEffect(() => void queue.load(filter), [JSON.stringify(filter)])
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let left = false
    const load = async () => {
      timer = undefined
      const [found, known] = await Promise.all([
        dataOf(api.GET('/api/v1/review/counters')).catch(() => null),
        dataOf(api.GET('/api/v1/labels')).catch(() => null),
      ])
      if (left) return
      if (found) counters.value = found
      if (known) labels.value = known.labels
    }
    const leaving = (['review', 'reset', 'learning'] as const).map((name) =>
      onEvent(name, () => {
        timer ??= setTimeout(load, gatherMs)
      }),
    )
    void load()
    return () => {
      left = true
      clearTimeout(timer)
      for (const leave of leaving) leave()
    }
  }, [])
  return { queue, labels, counters }
}
