import type { Confusion } from '../evaluate/confusion.ts'
import { type Html, html } from './html.ts'

const cell = 44
const longest = 16
/** Room for the two words of the corner, one above the other. */
const cornerPx = 56

/** A confusion matrix: rows are the truth, shares of a row are the depth of a cell, counts are written in. */
export function confusionChart(labels: readonly string[], confusion: Confusion): Html {
  const short = labels.map((label) => (label.length > longest ? `${label.slice(0, longest - 1)}…` : label))
  // As wide as the longest name and what stands in the corner.
  const gutter = Math.max(cornerPx, 24 + 6.6 * Math.max(...short.map((label) => label.length)))
  const side = cell * labels.length
  const [width, height] = [gutter + side + 4, gutter + side + 4]
  return html`<div class="scroll"><svg class="matrix" style="width:${Math.round(width)}px" viewBox="0 0 ${Math.round(width)} ${Math.round(height)}" role="img" aria-label="Confusion matrix">
${short.map((label, index) => {
  const middle = gutter + cell * (index + 0.5)
  return html`<text class="tick" x="${gutter - 8}" y="${middle + 4}" text-anchor="end">${label}</text>
<text class="tick" transform="translate(${middle + 4} ${gutter - 8}) rotate(-90)">${label}</text>`
})}
<text class="tick axis" x="${gutter - 8}" y="16" text-anchor="end">said →</text>
<text class="tick axis" x="4" y="${gutter - 8}">truth ↓</text>
${confusion.map((row, truth) => {
  const total = row.reduce((sum, count) => sum + count, 0)
  return row.map((count, said) => {
    const share = total === 0 ? 0 : count / total
    const [x, y] = [gutter + cell * said, gutter + cell * truth]
    const shade = truth === said ? 'hit' : 'miss'
    return html`<g><title>${labels[truth]!} taken for ${labels[said]!}: ${count} of ${total}</title>
<rect class="cell" x="${x + 1}" y="${y + 1}" width="${cell - 2}" height="${cell - 2}" rx="3"/>
<rect class="${shade}" x="${x + 1}" y="${y + 1}" width="${cell - 2}" height="${cell - 2}" rx="3" fill-opacity="${(share === 0 ? 0 : 0.12 + 0.88 * share).toFixed(3)}"/>
<text class="count ${share > 0.5 ? 'deep' : count === 0 ? 'none' : ''}" x="${x + cell / 2}" y="${y + cell / 2 + 4}" text-anchor="middle">${count}</text></g>`
  })
})}
</svg></div>`
}
