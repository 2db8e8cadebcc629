import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { rowsInView, scrollToShow } from './rows-in-view.ts'

export interface VirtualListProps {
  readonly count: number
  readonly rowHeightPx: number
  readonly label: string
  /** The row that is chosen: it is scrolled into view when it changes. */
  readonly chosen?: number
  readonly keyOf: (index: number) => string
  readonly row: (index: number) => ComponentChildren
  /** Called when the last rows come into view, so that more can be fetched. */
  readonly onEnd?: () => void
  /** Told whether the first row is in view. */
  readonly onTop?: (isTop: boolean) => void
}

/** More is fetched so long before the end. */
const rowsAhead = 60

/**
 * Rows of one height, of which only those in view are in the document. What it does is as much for a hundred thousand
 * rows as for a hundred.
 */
export function VirtualList(props: VirtualListProps) {
  const { count, rowHeightPx, label, chosen, keyOf, row, onEnd, onTop } = props
  const scroller = useRef<HTMLDivElement>(null)
  const topPx = useSignal(0)
  const heightPx = useSignal(0)
  useLayoutEffect(() => {
    const element = scroller.current!
    const measure = () => {
      heightPx.value = element.clientHeight
    }
    measure()
    const sizes = new ResizeObserver(measure)
    sizes.observe(element)
    return () => sizes.disconnect()
  }, [])
  useEffect(() => {
    const element = scroller.current!
    if (chosen === undefined || chosen < 0) return
    const to = scrollToShow(chosen, { topPx: element.scrollTop, heightPx: element.clientHeight, rowHeightPx })
    if (to !== null) element.scrollTop = to
  }, [chosen])
  const { first, last } = rowsInView({ topPx: topPx.value, heightPx: heightPx.value, rowHeightPx, count })
  const isTop = topPx.value < rowHeightPx
  useEffect(() => onTop?.(isTop), [isTop])
  useEffect(() => {
    if (last >= count - rowsAhead) onEnd?.()
  }, [last, count])
  const shown = Array.from({ length: Math.max(0, last - first + 1) }, (_, place) => first + place)
  return (
    <div
      ref={scroller}
      class="virtual"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled with keys.
      tabIndex={0}
      onScroll={({ currentTarget: { scrollTop } }) => {
        // By whole rows: between two of them nothing is drawn anew.
        topPx.value = Math.floor(scrollTop / rowHeightPx) * rowHeightPx
      }}
    >
      <ul class="virtual-inside" aria-label={label} style={{ height: `${count * rowHeightPx}px` }}>
        {shown.map((index) => (
          <li
            key={keyOf(index)}
            aria-setsize={count}
            aria-posinset={index + 1}
            class="virtual-row"
            style={{ height: `${rowHeightPx}px`, transform: `translateY(${index * rowHeightPx}px)` }}
          >
            {row(index)}
          </li>
        ))}
      </ul>
    </div>
  )
}
