import { useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { oneAtATime } from './one-at-a-time.ts'

/** `oneAtATime` of a component, and whether something goes on now. */
export function useOneAtATime() {
  const goesOn = useSignal(false)
  const run = useMemo(
    () =>
      oneAtATime((now) => {
        goesOn.value = now
      }),
    [],
  )
  return { run, goesOn: goesOn.value }
}
