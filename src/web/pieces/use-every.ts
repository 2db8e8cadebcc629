import { useEffect } from 'preact/hooks'

/** Runs work while the page is in view: at once, and every `everyMs`; not while its tab is hidden. */
export function useEvery(everyMs: number, work: () => unknown, on: readonly unknown[] = []): void {
  useEffect(() => {
    const run = () => {
      if (!document.hidden) work()
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
