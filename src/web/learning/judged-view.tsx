import { Badge } from '../pieces/badge.tsx'
import { Icon } from '../pieces/icon.tsx'
import { formatNumber, formatPercent } from '../text/format.ts'
import { meaningOf, placeOf, reachOf } from './interval.ts'
import type { Judged } from './learning-types.ts'
import { text } from './text.ts'

const points = (share: number) => `${share >= 0 ? '+' : '−'}${formatNumber(Math.abs(share) * 100, 1)}`

/** How a run was judged: the gate with its reasons, against the live version, by label. */
export function JudgedView({ judged }: { judged: Judged }) {
  const t = text.value
  const { challenger, champion, corrected } = judged
  return (
    <>
      <section class="card">
        <h3>{t.gate}</h3>
        <p class={judged.promote ? 'is-good' : 'is-critical'}>{judged.promote ? t.gateYes : t.gateNo}</p>
        <ul class="reasons">
          {judged.reasons.map(({ rule, holds, text: said }, at) => (
            <li key={`${rule}-${at}`} class={holds ? 'is-good' : 'is-critical'}>
              <Icon name={holds ? 'check' : 'cross'} />
              <span class="visually-hidden">{holds ? t.holds : t.fails}: </span>
              <span class="reason-text">{said}</span>
            </li>
          ))}
        </ul>
      </section>
      <section class="card">
        <h3>{t.comparison}</h3>
        <p>{t.versus(challenger.name, champion.name)}</p>
        <p class="soft">{t.judgedBy(challenger.items, challenger.groups)}</p>
        <Interval name={t.macroF1} of={judged.macroF1} reach={reachOf([judged.macroF1, judged.accuracy])} />
        <Interval name={t.accuracy} of={judged.accuracy} reach={reachOf([judged.macroF1, judged.accuracy])} />
        <p>{t.changes(judged.fixed.count, judged.broken.count, judged.stillWrong.count)}</p>
        {corrected.clips > 0 && <p>{t.corrected(corrected.rightNow, corrected.clips)}</p>}
      </section>
      {challenger.confusion.length > 0 && challenger.confusion.length <= 24 && <Confusion judged={judged} />}
      <section class="card">
        <h3>{t.perLabel}</h3>
        <div class="table-frame">
          <table class="table">
            <thead>
              <tr>
                <th scope="col">{t.label}</th>
                <th scope="col" class="is-number">
                  {t.clips}
                </th>
                <th scope="col" class="is-number">
                  {t.precision}
                </th>
                <th scope="col" class="is-number">
                  {t.recall}
                </th>
                <th scope="col" class="is-number">
                  F1
                </th>
              </tr>
            </thead>
            <tbody>
              {challenger.perClass.map(({ label, support, precision, recall, f1 }) => (
                <tr key={label}>
                  <th scope="row">{label}</th>
                  <td class="is-number">{support}</td>
                  {[precision, recall, f1].map((figure, at) => (
                    <td key={at} class="is-number">
                      {figure === null ? '–' : formatPercent(figure)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
    </>
  )
}

/** A difference as a dot with its interval as a line, and nothing in the middle. */
function Interval({ name, of, reach }: { name: string; of: Judged['macroF1']; reach: number }) {
  const t = text.value
  const meaning = meaningOf(of)
  const gap = t.signed(points(of.difference))
  return (
    <div class="interval">
      <span>
        <strong>{name}</strong>{' '}
        {t.difference(formatPercent(of.challenger, 1), formatPercent(of.champion, 1), gap)}
      </span>
      <svg viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true">
        <line x1="50" x2="50" y1="0" y2="14" class="interval-zero" />
        <line
          x1={placeOf(of.low, reach)}
          x2={placeOf(of.high, reach)}
          y1="7"
          y2="7"
          class={`interval-line is-${meaning}`}
        />
        <rect
          x={placeOf(of.difference, reach) - 0.8}
          y="2"
          width="1.6"
          height="10"
          class={`interval-dot is-${meaning}`}
        />
      </svg>
      <span class="soft">
        {t.interval(formatPercent(of.confidence), points(of.low), points(of.high))}{' '}
        <Badge tone={meaning === 'better' ? 'good' : meaning === 'worse' ? 'critical' : 'neutral'}>
          {t.meanings[meaning]}
        </Badge>
      </span>
    </div>
  )
}

function Confusion({ judged: { labels, challenger } }: { judged: Judged }) {
  const t = text.value
  return (
    <section class="card">
      <h3>{t.confusion}</h3>
      <p class="field-hint">{t.confusionHint}</p>
      <div class="table-frame">
        <table class="table confusion">
          <thead>
            <tr>
              <td />
              {labels.map((label) => (
                <th key={label} scope="col">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {challenger.confusion.map((row, truth) => {
              const all = Math.max(
                1,
                row.reduce((sum, count) => sum + count, 0),
              )
              return (
                <tr key={labels[truth]}>
                  <th scope="row">{labels[truth]}</th>
                  {row.map((count, said) => (
                    <td
                      key={labels[said]}
                      class={truth === said ? 'is-right' : 'is-wrong'}
                      style={{ '--share': `${Math.round((100 * count) / all)}%` }}
                    >
                      {count}
                    </td>
                  ))}
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
    </section>
  )
}
