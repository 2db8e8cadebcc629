import { type Signal, useSignal } from '@preact/signals'
import type { RefObject } from 'preact'
import { useEffect } from 'preact/hooks'

/** A tab that is looked at again within this time goes on where it was. */
const hiddenMs = 4000

/** Whether somebody can see an element: it is on the screen, and its tab is not hidden. */
export function useInView(of: RefObject<Element>): Signal<boolean> {
  const seen = useSignal(false)
  useEffect(() => {
    let inside = false
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = () => {
      clearTimeout(timer)
      if (!document.hidden) seen.value = inside
      else
        timer = setTimeout(() => {
          seen.value = false
        }, hiddenMs)
    }
    const observer = new IntersectionObserver(
      (entries) => {
        inside = entries.at(-1)!.isIntersecting
        look()
      },
      { rootMargin: '80px' },
    )
    observer.observe(of.current!)
    document.addEventListener('visibilitychange', look)
    return () => {
      clearTimeout(timer)
      observer.disconnect()
      document.removeEventListener('visibilitychange', look)
    }
  }, [of])
  return seen
}
