import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

/** Keys that move or press within a menu; every other one is for the page below. */
const within = /^(Tab|Shift|Enter| |Arrow.*|Home|End|Control|Alt|Meta)$/

/** What opens below its name. Esc, a press beside it and a key of the page close it; that press does nothing else. */
export function Menu(props: { name: string; class: string; children: ComponentChildren }) {
  const ref = useRef<HTMLDetailsElement>(null)
  useEffect(() => {
    const details = ref.current!
    const isInside = ({ target }: Event) => target instanceof Node && details.contains(target)
    const swallow = (event: Event) => {
      event.preventDefault()
      event.stopPropagation()
    }
    const onPress = (event: Event) => {
      if (!details.open || isInside(event)) return
      details.open = false
      swallow(event)
    }
    const onKey = (event: KeyboardEvent) => {
      if (!details.open || (isInside(event) && within.test(event.key))) return
      if (event.target instanceof HTMLSelectElement && event.key !== 'Escape') return
      details.open = false
      if (event.key !== 'Escape') return
      swallow(event)
      details.querySelector('summary')?.focus()
    }
    document.addEventListener('click', onPress, true)
    document.addEventListener('keydown', onKey, true)
    return () => {
      document.removeEventListener('click', onPress, true)
      document.removeEventListener('keydown', onKey, true)
    }
  }, [])
  return (
    <details ref={ref} class={props.class}>
      <summary class="button is-plain">{props.name}</summary>
      {props.children}
    </details>
  )
}
