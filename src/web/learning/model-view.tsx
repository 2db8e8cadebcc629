import { useSignal } from '@preact/signals'
import { Link } from 'wouter-preact'
import { api, dataOf } from '../api/client.ts'
import { mayDo } from '../api/standing.ts'
import { useLoaded } from '../api/use-loaded.ts'
import { Badge } from '../pieces/badge.tsx'
import { Button } from '../pieces/button.tsx'
import { Curve } from '../pieces/curve/curve.tsx'
import { Loading } from '../pieces/loading.tsx'
import { formatDateTime, formatNumber, formatPercent } from '../text/format.ts'
import type { ModelDetail } from './learning-types.ts'
import { text } from './text.ts'
import { type Change, VersionDialog } from './version-dialog.tsx'
import { versionRows } from './version-tree.ts'

/** The versions of a model, what happened to them, and what can be done with them. */
export function ModelView({ name, mark }: { name: string; mark: string }) {
  const t = text.value
  const path = { name }
  const asked = useSignal<Change | null>(null)
  const model = useLoaded(() => dataOf(api.GET('/api/v1/models/{name}', { params: { path } })), {
    on: [name, mark],
    event: 'learning',
  })
  const doubts = useLoaded(
    () => dataOf(api.GET('/api/v1/models/{name}/disagreements', { params: { path, query: { limit: 20 } } })),
    { on: [name, mark], event: 'learning' },
  )
  const detail = model.value.value
  if (!detail) return <Loading of={model} />
  const admin = mayDo('admin')
  const points = detail.curve.filter(({ macroF1 }) => macroF1 !== null)
  return (
    <div class="run-view">
      <section class="card">
        <h2>{detail.name}</h2>
        <div class="table-frame">
          <table class="table versions">
            <caption class="soft">{t.versions}</caption>
            <thead>
              <tr>
                <th scope="col">{t.version}</th>
                <th scope="col" class="is-number">
                  {t.macroF1}
                </th>
                <th scope="col">{t.made}</th>
                <th scope="col">{t.byWhom}</th>
                <th scope="col">{t.dataOf}</th>
                {admin && <td />}
              </tr>
            </thead>
            <tbody>
              {versionRows(detail.lineage).map(({ value, depth }) => (
                <tr key={value.version}>
                  <th scope="row">
                    <span class="version-name" style={{ '--depth': depth }}>
                      {value.run ? (
                        <Link href={`/learning/${value.run}`}>{value.version}</Link>
                      ) : (
                        value.version
                      )}{' '}
                      <Standing model={detail} version={value.version} />
                    </span>
                  </th>
                  <td class="is-number">
                    {value.metrics.macroF1 === undefined ? '–' : formatPercent(value.metrics.macroF1, 1)}
                  </td>
                  <td>{formatDateTime(value.createdAt)}</td>
                  <td>{value.createdBy}</td>
                  <td>{value.datasets.join(', ')}</td>
                  {admin && (
                    <td>
                      <Actions
                        model={detail}
                        version={value.version}
                        ask={(change) => {
                          asked.value = change
                        }}
                      />
                    </td>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
      {points.length > 1 && (
        <section class="card">
          <h3>{t.worth}</h3>
          <Curve
            label={points.map(({ version, macroF1 }) => `${version}: ${formatPercent(macroF1!)}`).join('; ')}
            x={points.map((_, at) => at + 1)}
            xName={t.version}
            names={points.map(({ version }) => version)}
            lines={[
              { label: t.macroF1, values: points.map(({ macroF1 }) => macroF1), dots: true },
              {
                label: t.clips,
                values: points.map(({ clips }) => clips),
                colour: 2,
                right: true,
                dots: true,
              },
            ]}
          />
        </section>
      )}
      <section class="card">
        <h3>{t.history}</h3>
        <ol class="history">
          {detail.history.slice(0, 40).map(({ at, action, version, who, reason, details }, index) => (
            <li key={index}>
              <span class="soft">{formatDateTime(at)}</span> <strong>{who}</strong>{' '}
              {t.actions[action as keyof typeof t.actions] ?? action} {version}: {reason}
              <ShadowResult details={details} />
            </li>
          ))}
        </ol>
      </section>
      <section class="card">
        <h3>{t.disagreements}</h3>
        <ul class="history">
          {doubts.value.value?.items.map((each, index) => (
            <li key={index}>
              <Link href={`/review?state=all&reason=disagreement&camera=${each.cameraId}`}>
                {each.cameraId}
              </Link>{' '}
              <span class="soft">{formatDateTime(each.startedAt)}</span> {each.label}:{' '}
              {t.says(each.liveVersion, formatNumber(each.liveScore, 2))},{' '}
              {t.says(each.shadowVersion, formatNumber(each.shadowScore, 2))}
            </li>
          ))}
          {doubts.value.value?.items.length === 0 && <li class="soft">{t.noDisagreements}</li>}
        </ul>
      </section>
      <VersionDialog
        model={detail}
        change={asked.value}
        onClose={() => {
          asked.value = null
        }}
        onDone={(next) => {
          model.value.value = next
        }}
      />
    </div>
  )
}

function Standing({ model: { live, previous, shadow }, version }: { model: ModelDetail; version: string }) {
  const t = text.value
  if (version === live) return <Badge tone="good">{t.live}</Badge>
  if (version === shadow) return <Badge tone="info">{t.shadow}</Badge>
  if (version === previous) return <Badge>{t.previous}</Badge>
  return null
}

function Actions(props: { model: ModelDetail; version: string; ask: (change: Change) => void }) {
  const { model, version, ask } = props
  const t = text.value
  const button = (kind: Change['kind'], label: string) => (
    <Button onClick={() => ask({ kind, version })}>{label}</Button>
  )
  if (version === model.live) return null
  if (version === model.shadow) return button('dismiss', t.dismiss)
  if (version === model.previous) return button('rollback', t.rollback)
  return button('promote', t.promote)
}

/** What the shadow of a version came to, where the history says. */
function ShadowResult({ details }: { details: Readonly<Record<string, unknown>> }) {
  const { agreement, clips } = details
  if (typeof agreement !== 'number' || typeof clips !== 'number') return null
  return <span class="soft"> ({text.value.agreement(formatPercent(agreement, 1), formatNumber(clips))})</span>
}
