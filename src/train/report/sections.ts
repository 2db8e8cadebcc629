import type { ItemChange, ItemChanges } from '../evaluate/compare-models.ts'
import type { Evaluation } from '../evaluate/evaluate.ts'
import type { GateDecision } from '../evaluate/gate.ts'
import { type HistoryRecord, placeOf } from './history.ts'
import { type Html, html } from './html.ts'
import { lineChart, type Series } from './line-chart.ts'

/** A longer list of clips is cut in the report. */
const longestList = 200

export const percent = (value: number | null): string =>
  value === null ? '–' : `${(value * 100).toFixed(1)} %`

export function decisionSection(decision: GateDecision): Html {
  const { promote, reasons } = decision
  const ordered = [...reasons.filter(({ holds }) => !holds), ...reasons.filter(({ holds }) => holds)]
  return html`<section><h2>Decision of the gate</h2>
<p class="verdict ${promote ? 'good' : 'bad'}">${promote ? '✓ Promote' : '✗ Do not promote'}</p>
<ul class="reasons">${ordered.map(
    ({ holds, text }) =>
      html`<li><b class="${holds ? 'good' : 'bad'}">${holds ? '✓' : '✗'}</b><span>${text}</span></li>`,
  )}</ul></section>`
}

/** The figures that one looks for first, with those of the champion. */
export function tiles(now: Evaluation, before: Evaluation | null): Html {
  const tile = (name: string, value: string, old: string | null) =>
    html`<div><span>${name}</span><b>${value}</b><span>${old === null ? '' : `champion ${old}`}</span></div>`
  const count = (value: number | undefined) => (value === undefined ? null : value.toFixed(2))
  return html`<div class="tiles">
${tile('Accuracy', percent(now.accuracy), before && percent(before.accuracy))}
${tile('Macro F1', percent(now.macroF1), before && percent(before.macroF1))}
${tile('Calibration error', percent(now.calibration.ece), before && percent(before.calibration.ece))}
${now.falseAlarms && tile('False alarms / camera-day', now.falseAlarms.perCameraDay.toFixed(2), count(before?.falseAlarms?.perCameraDay))}
${now.latency && tile('Latency p95', `${now.latency.p95Ms.toFixed(1)} ms`, count(before?.latency?.p95Ms))}
${tile('Test clips', String(now.items), null)}
</div>`
}

export function curvesSection(title: string, records: readonly HistoryRecord[]): Html {
  const xName = records.some(({ step }) => step !== undefined) ? 'step' : 'epoch'
  const series = (name: string, key: 'loss' | 'validationLoss' | 'accuracy' | 'learningRate'): Series => ({
    name,
    points: records.flatMap((record) => {
      const value = record[key]
      return typeof value === 'number' ? [[placeOf(record), value] as const] : []
    }),
  })
  const charts = [
    { title: 'Loss', series: [series('training', 'loss'), series('validation', 'validationLoss')] },
    { title: 'Accuracy on validation', series: [series('validation', 'accuracy')], range: [0, 1] as const },
    { title: 'Learning rate', series: [series('rate', 'learningRate')] },
  ].filter((chart) => chart.series.some(({ points }) => points.length > 0))
  return html`<section><h2>${title}</h2><div class="pair">${charts.map((chart) => lineChart({ ...chart, xName }))}</div></section>`
}

export function classTable(now: Evaluation, before: Evaluation | null): Html {
  const change = (f1: number | null, index: number) => {
    const old = before?.perClass[index]?.f1 ?? null
    if (f1 === null || old === null) return html`<td class="n">–</td>`
    const points = (f1 - old) * 100
    const tone = points > 0.05 ? 'good' : points < -0.05 ? 'bad' : ''
    return html`<td class="n ${tone}">${points > 0.05 ? '+' : ''}${points.toFixed(1).replace('-', '−')}</td>`
  }
  return html`<section><h2>Labels</h2><div class="scroll"><table><thead><tr><th>label</th><th class="n">clips</th>
<th class="n">precision</th><th class="n">recall</th><th class="n">F1</th>${before && html`<th class="n">F1, points against champion</th>`}
${now.falseAlarms && html`<th class="n">false alarms</th>`}</tr></thead><tbody>
${now.perClass.map(
  (
    { label, support, precision, recall, f1 },
    index,
  ) => html`<tr><td>${label}</td><td class="n">${support}</td>
<td class="n">${percent(precision)}</td><td class="n">${percent(recall)}</td><td class="n">${percent(f1)}</td>
${before && change(f1, index)}${now.falseAlarms && html`<td class="n">${now.falseAlarms.byLabel[index] ?? 0}</td>`}</tr>`,
)}</tbody></table></div></section>`
}

export function changesSection(changes: ItemChanges): Html {
  const list = (name: string, items: readonly ItemChange[], open: boolean) =>
    html`<details${open && items.length > 0 && html` open`}><summary>${name}: ${items.length}</summary>
${
  items.length > 0 &&
  html`<div class="scroll"><table><thead><tr><th>clip</th><th>group</th><th>truth</th><th>champion said</th><th>new version says</th></tr></thead>
<tbody>${items.slice(0, longestList).map(
    (each) => html`<tr><td class="id">${each.id}</td><td>${each.group}</td><td>${each.truth}</td>
<td>${each.champion}</td><td>${each.challenger}</td></tr>`,
  )}</tbody></table></div>`
}
${items.length > longestList && html`<p class="muted">and ${items.length - longestList} more</p>`}</details>`
  return html`<section><h2>What changed for single clips</h2>
${list('Now right', changes.fixed, true)}${list('Now wrong', changes.broken, true)}${list('Still wrong', changes.stillWrong, false)}
<p class="muted">${changes.stillRight} clips were right and still are.</p></section>`
}

export function gallerySection(pictures: readonly { caption: string; png: Uint8Array }[]): Html {
  return html`<section><h2>Reconstructions</h2><div class="gallery">${pictures.map(
    ({
      caption,
      png,
    }) => html`<figure><img alt="${caption}" src="data:image/png;base64,${Buffer.from(png).toString('base64')}">
<figcaption>${caption}</figcaption></figure>`,
  )}</div></section>`
}

export function originSection(options: {
  lineage: Readonly<Record<string, string | null>>
  config: unknown
  command: string
}): Html {
  return html`<section><h2>Where it comes from</h2><dl>${Object.entries(options.lineage).map(
    ([name, value]) => html`<dt>${name}</dt><dd>${value ?? '–'}</dd>`,
  )}</dl></section>
<section><h2>Run it again</h2><pre>${options.command}</pre></section>
<section><details><summary>Configuration</summary><pre>${JSON.stringify(options.config, null, 2)}</pre></details></section>`
}
