import { useEffect, useRef } from 'preact/hooks'
import type uPlot from 'uplot'
import { token } from '../../text/token.ts'
import { usePlot } from './use-plot.ts'

export interface ScoreSeries {
  readonly name: string
  /** One value for each time; null where there is none. */
  readonly values: readonly (number | null)[]
}

export interface ScoreCurveProps {
  /** Seconds, rising. */
  readonly times: readonly number[]
  readonly series: readonly ScoreSeries[]
  /** Where an alert begins, and below which it ends. */
  readonly onThreshold: number | null
  readonly offThreshold: number | null
  readonly label: string
  readonly thresholdName: string
  readonly offName: string
  /** Where the player is; a line follows. */
  readonly atS?: number
}

const heightPx = 180

/** Scores between 0 and 1 over time, with the thresholds as lines. */
export function ScoreCurve(props: ScoreCurveProps) {
  const { times, series, onThreshold, offThreshold, label, thresholdName, offName, atS } = props
  const at = useRef(atS)
  at.current = atS
  const { box, plot } = usePlot(() => {
    const lines = [
      ...(onThreshold === null
        ? []
        : [{ name: thresholdName, value: onThreshold, colour: token('--critical') }]),
      ...(offThreshold === null
        ? []
        : [{ name: offName, value: offThreshold, colour: token('--line-strong') }]),
    ]
    return {
      options: {
        height: heightPx,
        scales: { x: { time: false }, y: { range: [0, 1.02] } },
        cursor: { y: false },
        legend: { live: true },
        padding: [8, 14, 0, 0],
        axes: [
          {
            stroke: token('--text-soft'),
            grid: { stroke: token('--line') },
            ticks: { stroke: token('--line') },
            values: (_u, ticks) => ticks.map((tick) => `${tick} s`),
          },
          {
            stroke: token('--text-soft'),
            grid: { stroke: token('--line') },
            ticks: { stroke: token('--line') },
            size: 42,
          },
        ],
        series: [
          { label: 's', value: (_u, value) => (value === null ? '–' : value.toFixed(1)) },
          ...series.map(({ name }, index) => ({
            label: name,
            stroke: token(`--curve-${(index % 6) + 1}`),
            width: 2,
            points: { size: 5 },
            spanGaps: true,
            value: (_u: uPlot, value: number | null) => (value === null ? '–' : value.toFixed(3)),
          })),
          ...lines.map(({ name, colour }) => ({
            label: name,
            stroke: colour,
            dash: [6, 4],
            width: 1.5,
            points: { show: false },
            value: (_u: uPlot, value: number | null) => (value === null ? '–' : value.toFixed(2)),
          })),
        ],
        hooks: { draw: [(drawn) => drawHead(drawn, at.current, token('--accent'))] },
      },
      data: [
        [...times],
        ...series.map(({ values }) => [...values]),
        ...lines.map(({ value }) => times.map(() => value)),
      ],
    }
  }, [times, series, onThreshold, offThreshold, label])
  useEffect(() => plot.current?.redraw(false), [atS])
  return <div ref={box} class="curve" role="img" aria-label={label} />
}

function drawHead({ ctx, bbox, valToPos }: uPlot, atS: number | undefined, colour: string): void {
  if (atS === undefined) return
  const x = valToPos(atS, 'x', true)
  if (x < bbox.left || x > bbox.left + bbox.width) return
  ctx.save()
  ctx.strokeStyle = colour
  ctx.lineWidth = 2
  ctx.beginPath()
  ctx.moveTo(x, bbox.top)
  ctx.lineTo(x, bbox.top + bbox.height)
  ctx.stroke()
  ctx.restore()
}
