import { useEffect } from 'preact/hooks'
import type uPlot from 'uplot'
import { usePlot } from '../pieces/curve/use-plot.ts'
import { token } from '../text/token.ts'

const heightPx = 44

/** The last hour of one figure, small and without axes; the words beside it say what it is. */
export function SparkLine(props: {
  values: readonly (number | null)[]
  label: string
  colour?: 1 | 2 | 3 | 4 | 5 | 6
}) {
  const { values, label, colour = 1 } = props
  const data: uPlot.AlignedData = [values.map((_, at) => at), [...values]]
  const { box, plot } = usePlot(
    () => ({
      options: {
        height: heightPx,
        legend: { show: false },
        cursor: { show: false },
        axes: [{ show: false }, { show: false }],
        scales: {
          x: { time: false },
          y: { range: (_plot, low, high) => [Math.min(0, low), high > 0 ? high * 1.1 : 1] },
        },
        series: [{}, { stroke: token(`--curve-${colour}`), width: 1.5, points: { show: false } }],
        padding: [4, 0, 2, 0],
      },
      data,
    }),
    [colour],
  )
  useEffect(() => plot.current?.setData(data), [values])
  return <div ref={box} class="spark" role="img" aria-label={label} />
}
