import { type Signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { type ApiProblem, problemOf } from '../api/client.ts'

export interface Loaded<T> {
  readonly data: Signal<T | null>
  readonly problem: Signal<ApiProblem | null>
  readonly reload: () => Promise<void>
}

/** What the server is asked for once, when a part of the page is first shown, and again when something was changed. */
export function useLoaded<T>(ask: () => Promise<T>): Loaded<T> {
  const data = useSignal<T | null>(null)
  const problem = useSignal<ApiProblem | null>(null)
  const reload = async () => {
    try {
      data.value = await ask()
      problem.value = null
    } catch (thrown) {
      problem.value = problemOf(thrown)
    }
  }
  useEffect(() => void reload(), [])
  return { data, problem, reload }
}
