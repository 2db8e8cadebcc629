import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from '@tanstack/virtual-core'
import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useReducer, useRef } from 'preact/hooks'

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

/** Rows of one height, of which only those in view are in the document, however many there are. */
export function VirtualList(props: VirtualListProps) {
  const { count, rowHeightPx, label, chosen, keyOf, row, onEnd, onTop } = props
  const scroller = useRef<HTMLDivElement>(null)
  const [, redraw] = useReducer((times: number) => times + 1, 0)
  const list = useRef<Virtualizer<HTMLDivElement, HTMLDivElement> | null>(null)
  const latest = useRef({ keyOf, rowHeightPx })
  latest.current = { keyOf, rowHeightPx }
  // The same functions at every drawing: for others the list would be measured anew, all of its rows.
  const measures = useRef({
    getItemKey: (index: number) => latest.current.keyOf(index),
    estimateSize: () => latest.current.rowHeightPx,
  })
  const options = {
    count,
    getScrollElement: () => scroller.current,
    ...measures.current,
    overscan: 8,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => redraw(undefined),
  }
  list.current ??= new Virtualizer(options)
  list.current.setOptions(options)
  useLayoutEffect(() => list.current!._didMount(), [])
  useLayoutEffect(() => list.current!._willUpdate())
  useEffect(() => {
    if (chosen !== undefined && chosen >= 0) list.current!.scrollToIndex(chosen, { align: 'auto' })
  }, [chosen])
  const items = list.current.getVirtualItems()
  const isTop = (list.current.scrollOffset ?? 0) < rowHeightPx
  useEffect(() => onTop?.(isTop), [isTop])
  const last = items.at(-1)?.index ?? -1
  useEffect(() => {
    if (last >= count - rowsAhead) onEnd?.()
  }, [last, count])
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled with keys.
    <div ref={scroller} class="virtual" tabIndex={0}>
      <ul class="virtual-inside" aria-label={label} style={{ height: `${list.current.getTotalSize()}px` }}>
        {items.map(({ index, key, start }) => (
          <li
            key={key}
            aria-setsize={count}
            aria-posinset={index + 1}
            class="virtual-row"
            style={{ height: `${rowHeightPx}px`, transform: `translateY(${start}px)` }}
          >
            {row(index)}
          </li>
        ))}
      </ul>
    </div>
  )
}
