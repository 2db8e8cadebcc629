import { type Signal, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { type ApiProblem, problemOf } from './client.ts'
import { type EventName, onEvent } from './events.ts'
import { keepAsking } from './keep-asking.ts'

export interface Loaded<T> {
  readonly value: Signal<T | null>
  readonly problem: Signal<ApiProblem | null>
  /** Asks again now. */
  readonly load: () => Promise<void>
}

/**
 * What the server says: asked when a part of the page is first shown and when something of `on` changes; again after
 * `event`, and every `everyMs` where that is above 0. Of several answers the one that was asked for last counts.
 */
export function useLoaded<T>(
  ask: () => Promise<T>,
  {
    on = [],
    event,
    everyMs = 0,
  }: { readonly on?: readonly unknown[]; readonly event?: EventName; readonly everyMs?: number } = {},
): Loaded<T> {
  const value = useSignal<T | null>(null)
  const problem = useSignal<ApiProblem | null>(null)
  const turn = useRef(0)
  const load = async () => {
    turn.current += 1
    const mine = turn.current
    try {
      const found = await ask()
      if (mine !== turn.current) return
      value.value = found
      problem.value = null
    } catch (thrown) {
      if (mine === turn.current) problem.value = problemOf(thrown)
    }
  }
  useEffect(() => {
    value.value = null
    const end = keepAsking(load, {
      everyMs,
      listen: (happened) => (event ? onEvent(event, happened) : () => {}),
    })
    return () => {
      end()
      turn.current += 1
    }
  }, [event, everyMs, ...on])
  return { value, problem, load }
}
