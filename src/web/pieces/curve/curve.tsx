import { useEffect } from 'preact/hooks'
import type uPlot from 'uplot'
import { formatNumber } from '../../text/format.ts'
import { token } from '../../text/token.ts'
import { usePlot } from './use-plot.ts'

export interface CurveLine {
  readonly label: string
  readonly values: readonly (number | null)[]
  /** Which colour of the curves; the first unless given. */
  readonly colour?: 1 | 2 | 3 | 4 | 5 | 6
  /** On an axis of its own at the right. */
  readonly right?: boolean
  readonly dots?: boolean
}

const heightPx = 220

/** Lines over steps or clips. What it shows is said in words by whoever draws it. */
export function Curve(props: {
  /** Said to those who do not see it. */
  label: string
  x: readonly number[]
  xName: string
  /** Names of whole numbers from 1 on, in their place. */
  names?: readonly string[]
  lines: readonly CurveLine[]
}) {
  const { label, x, xName, names, lines } = props
  const data = [x, ...lines.map(({ values }) => values)] as unknown as uPlot.AlignedData
  const shape = JSON.stringify([xName, names, lines.map(({ values: _values, ...rest }) => rest)])
  const { box, plot } = usePlot(
    (element) => ({ options: optionsOf(element, { xName, names, lines }), data }),
    [shape],
  )
  useEffect(() => plot.current?.setData(data), [x, lines])
  return <div ref={box} class="curve" role="img" aria-label={label} />
}

function optionsOf(
  box: HTMLElement,
  of: { xName: string; names: readonly string[] | undefined; lines: readonly CurveLine[] },
): Omit<uPlot.Options, 'width'> {
  const { xName, names, lines } = of
  const [ink, line] = [token('--text-soft'), token('--line')]
  const font = `12px ${getComputedStyle(box).fontFamily}`
  const axis: uPlot.Axis = {
    stroke: ink,
    font,
    grid: { stroke: line, width: 1 },
    ticks: { stroke: line, width: 1 },
  }
  const values = (_plot: uPlot, splits: number[]) =>
    splits.map((value) => formatNumber(value, Math.abs(value) < 10 && value % 1 !== 0 ? 2 : 0))
  const hasRight = lines.some(({ right }) => right)
  return {
    height: heightPx,
    scales: { x: { time: false } },
    legend: { live: false },
    cursor: { drag: { x: true, y: false } },
    axes: [
      {
        ...axis,
        label: xName,
        labelFont: font,
        labelSize: 18,
        values: names ? (_plot, splits) => splits.map((at) => names[at - 1] ?? '') : values,
        ...(names && { incrs: [1, 2, 5, 10, 20, 50] }),
      },
      { ...axis, values },
      ...(hasRight ? [{ ...axis, scale: 'right', side: 1 as const, grid: { show: false }, values }] : []),
    ],
    series: [
      { label: xName },
      ...lines.map(({ label, colour: number = 1, right = false, dots = false }) => ({
        label,
        stroke: token(`--curve-${number}`),
        width: 1.5,
        scale: right ? 'right' : 'y',
        spanGaps: true,
        points: { show: dots, size: 6 },
      })),
    ],
  }
}
