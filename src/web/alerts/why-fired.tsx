import type { ReadonlySignal } from '@preact/signals'
import { ScoreCurve } from '../pieces/curve/score-curve.tsx'
import type { Alert } from './alert.ts'
import type { Evidence } from './evidence.ts'
import { text } from './text.ts'

/** The rule's own words, its values one by one, and the scores around the alert as a curve. */
export function WhyFired(props: { alert: Alert; evidence: Evidence | null; atS: ReadonlySignal<number> }) {
  const { alert, evidence, atS } = props
  const t = text.value
  const { explanation, reasons = [] } = alert
  const shown = (value: string | number | null) =>
    typeof value === 'number' ? String(Math.round(value * 1000) / 1000) : (value ?? '–')
  return (
    <section class="why">
      <h3>{t.why}</h3>
      {explanation && <p>{explanation}</p>}
      {reasons.length > 0 && (
        <table class="table numbers">
          <thead>
            <tr>
              <th scope="col">{t.condition}</th>
              <th scope="col">{t.measured}</th>
              <th scope="col">{t.asked}</th>
            </tr>
          </thead>
          <tbody>
            {reasons.map(({ condition, text: words, value, asked }) => (
              <tr key={`${condition} ${words}`}>
                <td>{words || condition}</td>
                <td>{shown(value)}</td>
                <td>{shown(asked)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {evidence?.scores ? (
        <FollowingScores scores={evidence.scores} atS={atS} />
      ) : (
        evidence && alert.clip && !alert.detector && <p class="soft">{t.noScores}</p>
      )}
    </section>
  )
}

/** Drawn with every picture of the clip, and nothing beside it. */
function FollowingScores(props: { scores: NonNullable<Evidence['scores']>; atS: ReadonlySignal<number> }) {
  const t = text.value
  return (
    <ScoreCurve
      {...props.scores}
      label={t.scores}
      thresholdName={t.threshold}
      offName={t.offThreshold}
      atS={props.atS.value}
    />
  )
}
