import 'uplot/dist/uPlot.min.css'
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import { shownTheme } from '../../text/theme.ts'

const leastPx = 60

/**
 * A plot in an element, as wide as that is, for as long as it is there. It is made anew with other colours and when something
 * of `on` changes.
 */
export function usePlot(
  make: (box: HTMLElement) => { options: Omit<uPlot.Options, 'width'>; data: uPlot.AlignedData },
  on: readonly unknown[],
) {
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const colours = shownTheme.value
  useEffect(() => {
    const element = box.current!
    const widthPx = () => Math.max(leastPx, element.clientWidth)
    const { options, data } = make(element)
    const made = new uPlot({ ...options, width: widthPx() }, data, element)
    plot.current = made
    const sizes = new ResizeObserver(() => made.setSize({ width: widthPx(), height: options.height }))
    sizes.observe(element)
    return () => {
      sizes.disconnect()
      made.destroy()
      plot.current = null
    }
  }, [colours, ...on])
  return { box, plot }
}
