import { formatBytes, formatNumber, formatPercent } from '../text/format.ts'
import type { Shown } from './health-store.ts'
import { SparkLine } from './spark-line.tsx'
import { text } from './text.ts'

interface Figure {
  readonly title: string
  readonly value: string
  readonly more?: string
  readonly series?: string
  readonly colour?: 1 | 2 | 3 | 4 | 5 | 6
  readonly tone?: 'warning' | 'critical'
}

/** The figures of the whole, each with its last hour. */
export function FigureCards({ shown }: { shown: Shown }) {
  const t = text.value
  const { values } = shown.series
  return (
    <section class="figures" aria-label={t.figures}>
      {figuresOf(shown).map(({ title, value, more, series, colour = 1, tone }) => (
        <div key={title} class={`card figure${tone ? ` is-${tone}` : ''}`}>
          <h2>{title}</h2>
          <p class="figure-value numbers">{value}</p>
          <p class="figure-more soft">{more}</p>
          {series && <SparkLine values={values[series] ?? []} label={t.lastHour(title)} colour={colour} />}
        </div>
      ))}
    </section>
  )
}

function figuresOf({ health, series }: Shown): readonly Figure[] {
  const t = text.value
  const { machine, disk, latency } = health
  const last = (name: string) => series.values[name]?.findLast((value) => value !== null) ?? null
  const rate = (name: string, digits = 1) => {
    const value = last(name)
    return value === null ? '–' : formatNumber(value, digits)
  }
  const accepted = latency.find(({ stage }) => stage === 'accepted')
  const seconds = (value: number | null | undefined) =>
    value === null || value === undefined ? '–' : t.ms(formatNumber(value * 1000))
  const used = 1 - disk.freeBytes / disk.totalBytes
  return [
    { title: t.frames, value: rate('frames'), more: t.perSecond, series: 'frames' },
    { title: t.clips, value: rate('clips'), more: t.perSecond, series: 'clips', colour: 3 },
    { title: t.drops, value: rate('drops', 0), more: t.perMinute, series: 'drops', colour: 2 },
    { title: t.alerts, value: rate('alerts', 0), more: t.perMinute, series: 'alerts', colour: 4 },
    {
      title: t.latency,
      value: seconds(accepted?.p50S),
      more: t.p95(seconds(accepted?.p95S)),
      series: 'p95S',
      colour: 6,
    },
    {
      title: t.cpu,
      value: machine.busy === null ? '–' : formatPercent(machine.busy),
      more: t.cpuMore(
        machine.processCores === null ? '–' : formatNumber(machine.processCores, 2),
        machine.cores,
      ),
      series: 'busy',
      colour: 5,
      ...(machine.busy !== null && machine.busy > 0.9 ? { tone: 'warning' as const } : {}),
    },
    {
      title: t.memory,
      value: formatBytes(machine.rssBytes),
      more: t.memoryMore(formatBytes(machine.memoryFreeBytes), formatBytes(machine.memoryBytes)),
      series: 'rssMb',
      colour: 3,
    },
    {
      title: t.disk,
      value: t.free(formatBytes(disk.freeBytes)),
      more: forecastOf(disk),
      ...(used > 0.95
        ? { tone: 'critical' as const }
        : disk.fullInDays !== null && disk.fullInDays < 7
          ? { tone: 'warning' as const }
          : {}),
    },
  ]
}

/** How long the disk lasts, in a sentence. */
function forecastOf({
  fullInDays,
  retentionInDays,
  bytesPerDay,
  recordedBytes,
}: Shown['health']['disk']): string {
  const t = text.value
  const recorded = t.recorded(formatBytes(recordedBytes), formatBytes(bytesPerDay))
  if (fullInDays !== null) return `${recorded} ${t.fullIn(formatNumber(fullInDays, fullInDays < 10 ? 1 : 0))}`
  if (retentionInDays === null || bytesPerDay === 0) return `${recorded} ${t.neverFull}`
  return `${recorded} ${retentionInDays < 0.05 ? t.retentionNow : t.retentionIn(formatNumber(retentionInDays, 1))}`
}
