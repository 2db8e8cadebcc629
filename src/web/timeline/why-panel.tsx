import { useSignal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { Link } from 'wouter-preact'
import { api, dataOf } from '../api/client.ts'
import { Badge } from '../pieces/badge.tsx'
import { alignScores } from '../pieces/curve/align-scores.ts'
import { ScoreCurve } from '../pieces/curve/score-curve.tsx'
import { formatDuration, formatNumber, formatPercent } from '../text/format.ts'
import { text } from './text.ts'
import { pointsOf, type Trace } from './timeline-data.ts'

const spanS = 60
const tones = { idle: 'neutral', pending: 'warning', open: 'critical', cooldown: 'info' } as const

/** Motion → clips → scores → thresholds → the state of each rule, around a moment; asked for while somebody sees it. */
export function WhyPanel({ camera, atMs, open: seen }: { camera: string; atMs: number; open: boolean }) {
  const t = text.value
  const trace = useSignal<Trace | null>(null)
  const stopped = useSignal(false)
  const chosen = useSignal<string | null>(null)
  const [asked, answered] = [useRef(0), useRef(0)]
  const second = Math.floor(atMs / 1000) * 1000
  useEffect(() => {
    if (!seen) return
    const rest = setTimeout(async () => {
      const mine = ++asked.current
      const query = { at: new Date(second).toISOString(), seconds: spanS }
      const found = await dataOf(
        api.GET('/api/v1/cameras/{id}/trace', { params: { path: { id: camera }, query: query as never } }),
      ).catch(() => null)
      // A late answer about a moment before is none about this one.
      if (mine < answered.current) return
      answered.current = mine
      if (found) trace.value = found
      stopped.value = found === null
    }, 300)
    return () => clearTimeout(rest)
  }, [camera, second, seen])
  const shown = trace.value
  const rule = shown?.rules.find(({ rule: name }) => name === chosen.value) ?? shown?.rules[0]
  const lines = useMemo(
    () => (shown && rule ? alignScores(pointsOf(shown, rule.label, second)) : null),
    [shown, rule],
  )
  if (stopped.value) return <p class="soft">{t.whyStopped}</p>
  if (!shown) return null
  const known = shown.knownSince !== null && Date.parse(shown.knownSince) <= second + (spanS / 2) * 1000
  if (!known) return <p class="soft">{t.whyOld}</p>
  const highest = Math.max(0, ...shown.motion.map(({ motion }) => motion))
  const open = shown.motion.some(({ active }) => active)
  const dropped = shown.clips.filter(({ scores }) => scores === null).length
  return (
    <div class="why-panel">
      <p class="soft">{t.whyLead}</p>
      <p class="numbers">
        {t.moved(formatPercent(highest, 1), formatPercent(shown.motionThreshold, 1))}{' '}
        {open ? t.gateOpen : t.gateClosed} {t.clips(shown.clips.length - dropped, dropped)}
      </p>
      <div class="why-table table-frame">
        <table class="table numbers">
          <thead>
            <tr>
              {[t.rule, t.state, t.highest, t.threshold, t.over, t.reason].map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.rules.map((each) => (
              <tr key={each.rule} class={each === rule ? 'is-chosen' : undefined}>
                <td>
                  <button
                    type="button"
                    class="link"
                    aria-pressed={each === rule}
                    onClick={() => {
                      chosen.value = each.rule
                    }}
                  >
                    {each.rule}
                  </button>
                </td>
                <td>
                  <Badge tone={tones[each.state]}>{t[each.state]}</Badge>
                </td>
                <td>{each.highest === null ? '–' : formatNumber(each.highest, 3)}</td>
                <td>{formatNumber(each.onThreshold, 2)}</td>
                <td>{each.overMs === null ? '–' : formatDuration(each.overMs)}</td>
                <td>{each.why ?? t.alerted}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rule && lines && lines.times.length > 0 && (
        <ScoreCurve
          {...lines}
          onThreshold={rule.onThreshold}
          offThreshold={rule.offThreshold}
          label={`${t.scores}: ${rule.label}`}
          thresholdName={t.threshold}
          offName={t.off}
          atS={0}
        />
      )}
      <ul>
        {shown.steps
          .filter(({ phase }) => phase === 'new')
          .map(({ alertId, rule: name }) => (
            <li key={alertId}>
              <Link href={`/alerts/${alertId}`}>
                {t.openAlert}: {name}
              </Link>
            </li>
          ))}
      </ul>
    </div>
  )
}
