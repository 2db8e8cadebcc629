import { type Signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { type ApiProblem, problemOf } from '../api/client.ts'
import { onEvent } from '../api/events.ts'

export interface Loaded<T> {
  readonly value: Signal<T | null>
  readonly problem: Signal<ApiProblem | null>
  load(): Promise<void>
}

const gatherMs = 500

/** What the server says, asked again when learning goes on and, where `everyMs` is above 0, in between. */
export function useLoaded<T>(ask: () => Promise<T>, on: readonly unknown[], everyMs = 0): Loaded<T> {
  const value = useSignal<T | null>(null)
  const problem = useSignal<ApiProblem | null>(null)
  const load = async () => {
    try {
      value.value = await ask()
      problem.value = null
    } catch (thrown) {
      problem.value = problemOf(thrown)
    }
  }
  useEffect(() => {
    let left = false
    let timer: ReturnType<typeof setTimeout> | undefined
    const run = async () => {
      timer = undefined
      if (!document.hidden) await load()
      if (!left && everyMs > 0) timer ??= setTimeout(run, everyMs)
    }
    value.value = null
    void run()
    const leave = onEvent('learning', () => {
      clearTimeout(timer)
      timer = setTimeout(run, gatherMs)
    })
    return () => {
      left = true
      clearTimeout(timer)
      leave()
    }
  }, [everyMs, ...on])
  return { value, problem, load }
}
