import { useSignal } from '@preact/signals'
import { Link } from 'wouter-preact'
import { api, dataOf, problemOf } from '../api/client.ts'
import { mayDo } from '../api/standing.ts'
import { useLoaded } from '../api/use-loaded.ts'
import { Button } from '../pieces/button.tsx'
import { EmptyState } from '../pieces/empty-state.tsx'
import { Loading } from '../pieces/loading.tsx'
import { showToast } from '../pieces/toast-list.ts'
import { formatDateTime, formatNumber } from '../text/format.ts'
import type { DatasetSummary } from './learning-types.ts'
import { text } from './text.ts'

const sides = ['train', 'validation', 'test'] as const

/** Dataset versions, how they are balanced, and whether anything stands on two sides. */
export function DatasetsTab({ chosen }: { chosen: string | null }) {
  const t = text.value
  const busy = useSignal(false)
  const list = useLoaded(() => dataOf(api.GET('/api/v1/datasets')), { event: 'learning' })
  const found = list.value.value?.datasets
  const names = (found ?? []).flatMap(({ name, versions }) =>
    versions.toReversed().map((version) => `${name}@${version}`),
  )
  const build = async () => {
    busy.value = true
    try {
      const built = await dataOf(api.POST('/api/v1/datasets', { body: {} }))
      showToast(t.built(`${built.name}@${built.version}`), { tone: 'good' })
      await list.load()
    } catch (thrown) {
      showToast(problemOf(thrown).message, { tone: 'critical' })
    } finally {
      busy.value = false
    }
  }
  const button = mayDo('operator') && (
    <Button icon="plus" busy={busy.value} onClick={build}>
      {t.build}
    </Button>
  )
  if (!found) return <Loading of={list} />
  if (names.length === 0) return <EmptyState title={t.noDatasets}>{button}</EmptyState>
  const shown = chosen !== null && names.includes(chosen) ? chosen : names[0]!
  return (
    <div class="learning-split">
      <nav class="learning-list" aria-label={t.datasets}>
        {button}
        {names.slice(0, 200).map((name) => (
          <Link
            key={name}
            href={`/learning?tab=datasets&dataset=${name}`}
            class={`learning-row${name === shown ? ' is-here' : ''}`}
            aria-current={name === shown ? 'true' : undefined}
          >
            <strong>{name}</strong>
          </Link>
        ))}
      </nav>
      <DatasetView key={shown} reference={shown} />
    </div>
  )
}

function DatasetView({ reference }: { reference: string }) {
  const t = text.value
  const summary = useLoaded(
    () => dataOf(api.GET('/api/v1/datasets/{reference}/summary', { params: { path: { reference } } })),
    { on: [reference], event: 'learning' },
  )
  const of = summary.value.value
  if (!of) return <Loading of={summary} />
  const { counts, groups, leaks } = of
  const rows = [...counts.labels, { label: t.none, clips: counts.none }]
  const most = Math.max(1, ...rows.map(({ clips }) => clips.train + clips.validation + clips.test))
  return (
    <div class="run-view">
      <section class="card">
        <h2>{reference}</h2>
        <p class="soft">{t.datasetOf(formatNumber(counts.clips), formatDateTime(of.createdAt))}</p>
        <p class={leaks.length === 0 ? 'is-good' : 'is-critical'}>
          {leaks.length === 0 ? t.noLeaks : t.leaks(leaks.length)}
        </p>
        <p>{t.groups(groups.train, groups.validation, groups.test)}</p>
      </section>
      <section class="card">
        <h3>{t.balance}</h3>
        <p class="balance-key">
          {sides.map((side) => (
            <span key={side} class={`balance-name is-${side}`}>
              {t.sides[side]}
            </span>
          ))}
        </p>
        <ul class="balance">
          {rows.map((row) => (
            <Balance key={row.label} row={row} most={most} />
          ))}
        </ul>
      </section>
    </div>
  )
}

function Balance({ row, most }: { row: DatasetSummary['counts']['labels'][number]; most: number }) {
  const t = text.value
  const { label, clips } = row
  return (
    <li>
      <span>{label}</span>
      <span
        class="balance-bar"
        role="img"
        aria-label={sides.map((side) => `${t.sides[side]} ${clips[side]}`).join(', ')}
      >
        {sides.map((side) => (
          <span
            key={side}
            class={`balance-part is-${side}`}
            style={{ '--share': `${(100 * clips[side]) / most}%` }}
          />
        ))}
      </span>
      <span class="numbers">{formatNumber(clips.train + clips.validation + clips.test)}</span>
    </li>
  )
}
