import { useEffect, useRef } from 'preact/hooks'

/** Runs work while the page is in view: at once, and every `everyMs`; not while its tab is hidden. */
export function useEvery(everyMs: number, work: () => unknown, on: readonly unknown[] = []): void {
  // As the component is now: what it closes over may be another filter than at first.
  const latest = useRef(work)
  latest.current = work
  useEffect(() => {
    const run = () => {
      if (!document.hidden) latest.current()
    }
    run()
    const timer = setInterval(run, everyMs)
    document.addEventListener('visibilitychange', run)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', run)
    }
  }, [everyMs, ...on])
}
