import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { theme } from '../text/theme.ts'

const heightPx = 44

/** The last hour of one figure, small and without axes; the words beside it say what it is. */
export function SparkLine(props: {
  values: readonly (number | null)[]
  label: string
  colour?: 1 | 2 | 3 | 4 | 5 | 6
}) {
  const { values, label, colour = 1 } = props
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const data: uPlot.AlignedData = [values.map((_, at) => at), [...values]]
  const colours = theme.value
  useEffect(() => {
    const box = place.current!
    const stroke = getComputedStyle(box).getPropertyValue(`--curve-${colour}`).trim()
    const made = new uPlot(
      {
        width: Math.max(60, box.clientWidth),
        height: heightPx,
        legend: { show: false },
        cursor: { show: false },
        axes: [{ show: false }, { show: false }],
        scales: {
          x: { time: false },
          y: { range: (_plot, low, high) => [Math.min(0, low), high > 0 ? high * 1.1 : 1] },
        },
        series: [{}, { stroke, width: 1.5, points: { show: false } }],
        padding: [4, 0, 2, 0],
      },
      data,
      box,
    )
    plot.current = made
    const watch = new ResizeObserver(() =>
      made.setSize({ width: Math.max(60, box.clientWidth), height: heightPx }),
    )
    watch.observe(box)
    return () => {
      watch.disconnect()
      made.destroy()
      plot.current = null
    }
  }, [colours, colour])
  useEffect(() => plot.current?.setData(data), [values])
  return <div ref={place} class="spark" role="img" aria-label={label} />
}
