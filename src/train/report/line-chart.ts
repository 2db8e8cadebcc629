import { tickStep, ticks, tickText } from './axis.ts'
import { type Html, html } from './html.ts'

export interface Series {
  readonly name: string
  /** [x, y], x rising. */
  readonly points: readonly (readonly [number, number])[]
}

const size = { width: 420, height: 230, left: 46, right: 12, top: 10, bottom: 34 }
/** More points than the chart has places to show them are averaged. */
const maxPoints = 300
const yTicks = 4

/** Lines over a shared axis. Without points there is a sentence instead. */
export function lineChart(options: {
  title: string
  xName: string
  series: readonly Series[]
  /** Fixed ends of the vertical axis. */
  range?: readonly [number, number]
}): Html {
  const { title, xName } = options
  const series = options.series
    .map(({ name, points }) => ({
      name,
      points: thin(points.filter((point) => point.every(Number.isFinite))),
    }))
    .filter(({ points }) => points.length > 0)
  if (series.length === 0)
    return html`<figure><figcaption>${title}</figcaption><p class="muted">Not recorded.</p></figure>`
  const all = series.flatMap(({ points }) => points)
  const [x, y] = [
    span(all.map(([value]) => value)),
    options.range
      ? { low: options.range[0], high: options.range[1] }
      : rounded(all.map(([, value]) => value)),
  ]
  const { width, height, left, right, top, bottom } = size
  const across = (value: number) => left + ((value - x.low) / (x.high - x.low)) * (width - left - right)
  const up = (value: number) =>
    height - bottom - ((value - y.low) / (y.high - y.low)) * (height - top - bottom)
  const place = ([a, b]: readonly [number, number]) => `${across(a).toFixed(1)},${up(b).toFixed(1)}`
  return html`<figure>
<figcaption>${title}${
    series.length > 1 &&
    html`<span class="legend">${series.map(
      ({ name }, index) => html`<span><i class="key s${index + 1}"></i>${name}</span>`,
    )}</span>`
  }</figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">
${ticks(y.low, y.high, yTicks).map(
  (
    value,
  ) => html`<line class="grid" x1="${left}" x2="${width - right}" y1="${up(value).toFixed(1)}" y2="${up(value).toFixed(1)}"/>
<text class="tick" x="${left - 6}" y="${(up(value) + 3.5).toFixed(1)}" text-anchor="end">${tickText(value)}</text>`,
)}
${ticks(x.low, x.high, 5).map(
  (value) =>
    html`<text class="tick" x="${across(value).toFixed(1)}" y="${height - bottom + 15}" text-anchor="middle">${tickText(value)}</text>`,
)}
<text class="tick" x="${(left + width - right) / 2}" y="${height - 4}" text-anchor="middle">${xName}</text>
${series.map(({ name, points }, index) => {
  const shown = points.length <= 30 ? points : []
  return html`<polyline class="line s${index + 1}" points="${points.map(place).join(' ')}"><title>${name}</title></polyline>
${shown.map(
  ([a, b]) =>
    html`<circle class="dot s${index + 1}" cx="${across(a).toFixed(1)}" cy="${up(b).toFixed(1)}" r="2.5"><title>${name}, ${xName} ${a}: ${Number(b.toPrecision(4))}</title></circle>`,
)}`
})}
</svg></figure>`
}

/** From the lowest value to the highest. */
function span(values: readonly number[]): { low: number; high: number } {
  const [low, high] = values.reduce(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  )
  // A flat line lies in the middle of an axis of its own.
  const size = Math.max(Math.abs(low), Math.abs(high))
  const slack = size > 1e-12 ? size * 0.05 : 1
  return high - low <= size * 1e-9 || size <= 1e-12 ? { low: low - slack, high: high + slack } : { low, high }
}

/** The same, widened to the next round numbers, so that an axis begins and ends with one. */
function rounded(values: readonly number[]): { low: number; high: number } {
  const { low, high } = span(values)
  const step = tickStep(high - low, yTicks)
  return { low: Math.floor(low / step + 1e-6) * step, high: Math.ceil(high / step - 1e-6) * step }
}

function thin(points: readonly (readonly [number, number])[]): readonly (readonly [number, number])[] {
  if (points.length <= maxPoints) return points
  const each = points.length / maxPoints
  return Array.from({ length: maxPoints }, (_, index) => {
    const part = points.slice(Math.floor(index * each), Math.floor((index + 1) * each))
    const mean = (axisIndex: 0 | 1) => part.reduce((sum, point) => sum + point[axisIndex], 0) / part.length
    return [mean(0), mean(1)] as const
  })
}
