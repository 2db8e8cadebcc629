import { type Signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { type ApiProblem, api, dataOf, problemOf } from '../api/client.ts'
import { onEvent } from '../api/events.ts'

async function fetchCameras() {
  return (await dataOf(api.GET('/api/v1/cameras'))).cameras
}

export type LiveCamera = Awaited<ReturnType<typeof fetchCameras>>[number]

/** The groups that a camera belongs to. */
export const groupsOf = ({ config }: LiveCamera): readonly string[] =>
  (config.groups as readonly string[] | undefined) ?? []

/** Several changes in one moment are one. */
const gatherMs = 300
const againMs = 3000

/** The cameras in the order of the configuration, as they are now; null until they are known. */
export function useCameras(): {
  readonly cameras: Signal<readonly LiveCamera[] | null>
  readonly problem: Signal<ApiProblem | null>
} {
  const cameras = useSignal<readonly LiveCamera[] | null>(null)
  const problem = useSignal<ApiProblem | null>(null)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let left = false
    const load = async () => {
      try {
        const found = await fetchCameras()
        if (left) return
        cameras.value = found
        problem.value = null
      } catch (thrown) {
        if (left) return
        problem.value = problemOf(thrown)
        soon(againMs)
      }
    }
    const soon = (ms: number) => {
      clearTimeout(timer)
      timer = setTimeout(load, ms)
    }
    const leaving = (['status', 'config', 'reset'] as const).map((name) =>
      onEvent(name, () => soon(gatherMs)),
    )
    void load()
    return () => {
      left = true
      clearTimeout(timer)
      for (const leave of leaving) leave()
    }
  }, [])
  return { cameras, problem }
}
