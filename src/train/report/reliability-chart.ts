import type { Calibration } from '../evaluate/calibration.ts'
import { type Html, html } from './html.ts'

const size = { width: 300, height: 300, left: 40, top: 8, plot: 250 }

/**
 * A reliability diagram: what share was right at each confidence. On the diagonal the model is as sure as it is right;
 * below it is too sure. The size of a dot grows with the items in it.
 */
export function reliabilityChart(series: readonly { name: string; calibration: Calibration }[]): Html {
  const { width, height, left, top, plot } = size
  const x = (value: number) => left + value * plot
  const y = (value: number) => top + (1 - value) * plot
  return html`<figure>
<figcaption>Reliability<span class="legend">${series.map(
    ({ name }, index) => html`<span><i class="key s${index + 1}"></i>${name}</span>`,
  )}</span></figcaption>
<svg class="square" viewBox="0 0 ${width} ${height}" role="img" aria-label="Reliability diagram">
${[0, 0.25, 0.5, 0.75, 1].map(
  (value) => html`<line class="grid" x1="${left}" x2="${left + plot}" y1="${y(value)}" y2="${y(value)}"/>
<text class="tick" x="${left - 6}" y="${y(value) + 3.5}" text-anchor="end">${value}</text>
<text class="tick" x="${x(value)}" y="${top + plot + 15}" text-anchor="middle">${value}</text>`,
)}
<line class="ideal" x1="${x(0)}" y1="${y(0)}" x2="${x(1)}" y2="${y(1)}"/>
<text class="tick" x="${left + plot / 2}" y="${height - 6}" text-anchor="middle">confidence; upwards: share that was right</text>
${series.map(({ name, calibration }, index) => {
  const bins = calibration.bins.flatMap(({ items, confidence, accuracy }) =>
    confidence === null || accuracy === null ? [] : [{ items, confidence, accuracy }],
  )
  const most = Math.max(...bins.map(({ items }) => items))
  const line = bins.map(({ confidence, accuracy }) => `${x(confidence).toFixed(1)},${y(accuracy).toFixed(1)}`)
  return html`<polyline class="line s${index + 1}" points="${line.join(' ')}"/>
${bins.map(
  ({ items, confidence, accuracy }) =>
    html`<circle class="dot s${index + 1}" cx="${x(confidence).toFixed(1)}" cy="${y(accuracy).toFixed(1)}" r="${(2.5 + 4 * Math.sqrt(items / most)).toFixed(1)}"><title>${name}: ${items} items, confidence ${confidence.toFixed(2)}, right ${accuracy.toFixed(2)}</title></circle>`,
)}`
})}
</svg></figure>`
}
