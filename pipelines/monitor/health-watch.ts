import type { Clock } from '../../src/core/clock.ts'
import { toAppError } from '../../src/core/errors.ts'
import type { HealthSeries } from '../../src/http/monitor-port.ts'
import type { MetricValue, RunningTelemetry } from '../../src/telemetry/create-telemetry.ts'
import { createMachineLoad, type MachineLoad } from './machine-load.ts'
import { createSeriesRing } from './series-ring.ts'

const everyMs = 10_000
const points = 360
const mostNames = 2000
/** So many points make a minute. */
const minutePoints = 6

/** What is watched all the time, so that a page has curves from its first moment. */
export interface HealthWatch {
  series(camera?: string): HealthSeries
  /** Per second, of the last ten seconds. */
  rate(name: 'frames' | 'clips', of: string): number | null
  /** How much a counter grew in the last minute, by its labels as text. */
  lastMinute(key: string): number
  machine(): MachineLoad | null
  close(): void
}

const shown = [
  'frames',
  'clips',
  'drops',
  'alerts',
  'busy',
  'process',
  'rssMb',
  'delayMs',
  'p50S',
  'p95S',
] as const

/** The key of a drop: its labels in the order of the metric. */
export const dropKey = ({ stage, reason, camera }: MetricValue['labels']) => `${stage} ${reason} ${camera}`

/** Takes a point of a few counters every ten seconds; an hour of them is kept, in a bounded room. */
export function createHealthWatch(options: {
  telemetry: Pick<RunningTelemetry, 'read' | 'log'>
  clock: Clock
  load?: ReturnType<typeof createMachineLoad>
}): HealthWatch {
  const { telemetry, clock, load = createMachineLoad() } = options
  const ring = createSeriesRing(points, mostNames)
  const drops: Map<string, number>[] = []
  let before: { atMs: number; counts: Map<string, number> } | null = null
  let machine: MachineLoad | null = null
  let atMs = clock.nowMs()
  let closed = false
  let cancel = () => {}

  const take = async () => {
    const [frames, clips, dropped, steps, latency] = await Promise.all([
      telemetry.read('vireo_frames_total'),
      telemetry.read('vireo_infer_clips_total'),
      telemetry.read('vireo_drops_total'),
      telemetry.read('vireo_alert_steps_total'),
      telemetry.read('vireo_event_latency_seconds'),
    ])
    if (closed) return
    const counts = new Map<string, number>([
      ...frames.map(({ labels, value }) => [`frames ${labels.camera}`, value] as const),
      ...clips.map(({ labels, value }) => [`clips ${labels.model}`, value] as const),
      ['drops', sumOf(dropped)],
      ['alerts', sumOf(steps.filter(({ labels }) => labels.phase === 'new'))],
    ])
    drops.push(new Map(dropped.map(({ labels, value }) => [dropKey(labels), value])))
    if (drops.length > minutePoints + 1) drops.shift()
    machine = load.take()
    const monoMs = clock.monoMs()
    const values = new Map<string, number>()
    const put = (name: string, value: number | null | undefined) => {
      if (value !== null && value !== undefined && Number.isFinite(value)) values.set(name, value)
    }
    if (before) {
      const seconds = Math.max(0.001, (monoMs - before.atMs) / 1000)
      const grown = (name: string) => Math.max(0, counts.get(name)! - (before!.counts.get(name) ?? 0))
      let [allFrames, allClips] = [0, 0]
      for (const name of counts.keys()) {
        const rate = grown(name) / seconds
        if (name.startsWith('frames ')) allFrames += rate
        else if (name.startsWith('clips ')) allClips += rate
        put(name, name === 'alerts' || name === 'drops' ? rate * 60 : rate)
      }
      put('frames', allFrames)
      put('clips', allClips)
    }
    put('busy', machine.busy)
    put('process', machine.processCores)
    put('rssMb', machine.rssBytes / 1e6)
    put('delayMs', machine.delayP95Ms)
    for (const [name, quantile] of [
      ['p50S', 0.5],
      ['p95S', 0.95],
    ] as const)
      put(
        name,
        latency.find(({ labels }) => labels.stage === 'accepted' && labels.quantile === quantile)?.value,
      )
    ring.take(values)
    before = { atMs: monoMs, counts }
    atMs = clock.nowMs()
  }
  const again = () => {
    void take()
      .catch((thrown) => telemetry.log.debug({ err: toAppError(thrown) }, 'no figures at this time'))
      .finally(() => {
        if (!closed) cancel = clock.after(everyMs, again)
      })
  }
  again()

  return {
    series: (camera) => ({
      everyS: everyMs / 1000,
      at: new Date(atMs).toISOString(),
      values: Object.fromEntries(
        camera === undefined
          ? shown.map((name) => [name, ring.read(name)])
          : [['frames', ring.read(`frames ${camera}`)]],
      ),
    }),
    rate: (name, of) => ring.latest(`${name} ${of}`),
    lastMinute: (key) => (drops.at(-1)?.get(key) ?? 0) - (drops[0]?.get(key) ?? 0),
    machine: () => machine,
    close() {
      closed = true
      cancel()
      load.close()
    },
  }
}

const sumOf = (values: readonly MetricValue[]) => values.reduce((sum, { value }) => sum + value, 0)
