import type { Comparison } from '../evaluate/compare-models.ts'
import type { CorrectedClip } from '../evaluate/corrected-clips.ts'
import type { Evaluation } from '../evaluate/evaluate.ts'
import type { GateDecision } from '../evaluate/gate.ts'
import { confusionChart } from './confusion-chart.ts'
import { correctedSection } from './corrected-section.ts'
import type { HistoryRecord } from './history.ts'
import { Html, html } from './html.ts'
import { reliabilityChart } from './reliability-chart.ts'
import {
  changesSection,
  classTable,
  curvesSection,
  decisionSection,
  gallerySection,
  originSection,
  percent,
  tiles,
} from './sections.ts'
import { style } from './style.ts'

export interface ReportInput {
  /** Such as actions@1.5.0. */
  readonly title: string
  readonly createdAt: Date
  readonly evaluation: Evaluation
  /** Null where nothing was compared. */
  readonly comparison: Comparison | null
  readonly decision: GateDecision | null
  /** Clips that people corrected since the champion learned. */
  readonly corrected?: readonly CorrectedClip[]
  /** Of fine-tuning and of pretraining; empty where there was none. */
  readonly history: readonly HistoryRecord[]
  readonly pretraining?: readonly HistoryRecord[]
  readonly reconstructions?: readonly { readonly caption: string; readonly png: Uint8Array }[]
  /** Parent, dataset, code version, seed …, by name. */
  readonly lineage: Readonly<Record<string, string | null>>
  /** Anything that JSON can hold; must be without secrets. */
  readonly config: unknown
  /** The command that repeats the run. */
  readonly command: string
}

/** The report of a run as one HTML file that needs nothing else: no script, no font, no picture from elsewhere. */
export function renderReport(input: ReportInput): string {
  const { title, createdAt, evaluation, comparison, decision, history } = input
  const { pretraining = [], reconstructions = [], corrected = [] } = input
  const before = comparison?.champion.evaluation ?? null
  const calibrations = [
    { name: 'as it is', calibration: evaluation.calibration },
    ...(evaluation.temperature
      ? [
          {
            name: `temperature ${evaluation.temperature.value.toFixed(2)}`,
            calibration: evaluation.temperature.calibration,
          },
        ]
      : []),
  ]
  const against = comparison ? `, compared with ${comparison.champion.name}` : ''
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${title}</title><style>${new Html(style)}</style></head><body><main>
<header><h1>${title}</h1><p class="muted">${createdAt.toISOString().slice(0, 16).replace('T', ' ')} UTC${against}</p></header>
${decision && decisionSection(decision)}
${tiles(evaluation, before)}
${corrected.length > 0 && correctedSection(corrected)}
${classTable(evaluation, before)}
<section><h2>Confusion</h2>${confusionChart(evaluation.labels, evaluation.confusion)}</section>
<section><h2>Calibration</h2><div class="pair">${reliabilityChart(calibrations)}
<div class="scroll"><table><thead><tr><th></th><th class="n">ECE</th><th class="n">Brier</th><th class="n">log loss</th></tr></thead>
<tbody>${calibrations.map(
    ({ name, calibration }) => html`<tr><td>${name}</td><td class="n">${percent(calibration.ece)}</td>
<td class="n">${calibration.brier.toFixed(3)}</td><td class="n">${calibration.logLoss.toFixed(3)}</td></tr>`,
  )}</tbody></table><p class="muted">On the dashed line a model is as sure as it is right; below it, it is too sure.</p></div></div></section>
${history.length > 0 && curvesSection('Training', history)}
${pretraining.length > 0 && curvesSection('Pretraining', pretraining)}
${reconstructions.length > 0 && gallerySection(reconstructions)}
${comparison && changesSection(comparison.changes)}
${originSection(input)}
</main></body></html>
`.text
}
