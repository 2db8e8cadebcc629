import { Link } from 'wouter-preact'
import { CameraBadge } from '../pieces/camera-badge.tsx'
import { shownState } from '../pieces/camera-state.ts'
import { formatNumber, formatRelative } from '../text/format.ts'
import { statusReason } from '../text/status-reason.ts'
import type { Shown } from './health-store.ts'
import { text } from './text.ts'

const order = { offline: 0, stalled: 1, trouble: 2, connecting: 3, live: 4, paused: 5 } as const

/** Every camera with its state, since when and why; those with trouble first. */
export function CameraTable({ shown }: { shown: Shown }) {
  const t = text.value
  const { health, cameras } = shown
  const figures = new Map(health.cameras.map((camera) => [camera.id, camera]))
  const rows = cameras.toSorted((a, b) => order[shownState(a)] - order[shownState(b)])
  const nowMs = Date.parse(health.at)
  return (
    <section class="card" aria-labelledby="health-cameras">
      <h2 id="health-cameras">{t.cameras}</h2>
      {rows.length === 0 && <p class="soft">{t.noCameras}</p>}
      {rows.length > 0 && (
        <div class="table-frame">
          <table class="table">
            <thead>
              <tr>
                <th scope="col">{t.camera}</th>
                <th scope="col">{t.state}</th>
                <th scope="col">{t.since}</th>
                <th scope="col">{t.why}</th>
                <th scope="col" class="is-number">
                  {t.framesShort}
                </th>
                <th scope="col" class="is-number">
                  {t.dropsShort}
                </th>
                <th scope="col" class="is-number">
                  {t.restarts}
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((camera) => {
                const { id, status, paused } = camera
                const figure = figures.get(id)
                const drops = health.drops.filter((drop) => drop.camera === id && drop.lastMinute > 0)
                const rate = figure?.framesPerS ?? null
                return (
                  <tr key={id}>
                    <th scope="row">
                      <Link href={`/cameras/${id}`}>{id}</Link>
                    </th>
                    <td>
                      <CameraBadge camera={camera} />
                    </td>
                    <td class="numbers">{status && !paused ? formatRelative(status.since, nowMs) : '–'}</td>
                    <td>
                      {paused ? '–' : status ? statusReason(status.reason) : '–'}
                      {status?.code && !paused && <span class="soft mono"> {status.code}</span>}
                    </td>
                    <td class="is-number">{rate === null ? '–' : formatNumber(rate, 1)}</td>
                    <td
                      class="is-number"
                      title={drops
                        .map((drop) => `${drop.stage}: ${drop.reason} ${drop.lastMinute}`)
                        .join('\n')}
                    >
                      {figure?.lastMinuteDrops ?? 0}
                    </td>
                    <td class="is-number">{figure?.restarts ?? 0}</td>
                  </tr>
                )
              })}
            </tbody>
          </table>
        </div>
      )}
      <Drops drops={health.drops} />
    </section>
  )
}

/** What was dropped since the start, and why. */
function Drops({ drops }: { drops: Shown['health']['drops'] }) {
  const t = text.value
  if (drops.length === 0) return <p class="soft">{t.noDrops}</p>
  const rows = drops.toSorted((a, b) => b.lastMinute - a.lastMinute || b.total - a.total).slice(0, 20)
  return (
    <details>
      <summary>{t.whatWasDropped}</summary>
      <ul class="drops">
        {rows.map(({ stage, reason, camera, lastMinute, total }) => (
          <li key={`${stage} ${reason} ${camera}`} class="numbers">
            <strong>{camera}</strong> {stage}: {reason} ·{' '}
            {t.dropCount(formatNumber(lastMinute), formatNumber(total))}
          </li>
        ))}
      </ul>
    </details>
  )
}
