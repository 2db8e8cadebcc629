import { type Condition, durationMs, type TimeWindow } from '../config/schema/behaviour-schema.ts'
import { because, type ConditionNode, createNode, type NodeContext, shown } from './condition-node.ts'
import { createThreshold } from './threshold.ts'
import type { TrackMemory } from './track-memory.ts'
import { compileWindow } from './week-clock.ts'

type Of<Name extends keyof Condition> = NonNullable<Condition[Name]>

/** How many tracks meet a condition. */
export function createCount(
  context: NodeContext,
  parts: { memory: TrackMemory; of: ConditionNode },
  count: Of<'count'>,
): ConditionNode {
  const { memory, of } = parts
  const { atLeast = 0, atMost = Number.POSITIVE_INFINITY } = count
  const counted = () => memory.records.filter((record) => of.holds(record.slot))
  const limits = [
    ...(count.atLeast === undefined ? [] : [`at least ${atLeast}`]),
    ...(count.atMost === undefined ? [] : [`at most ${atMost}`]),
  ]
  const asked = limits.join(' and ')
  return createNode(context, {
    scope: 'scene',
    test() {
      let number = 0
      for (const record of memory.records) if (of.holds(record.slot)) number += 1
      return number >= atLeast && number <= atMost
    },
    explain(_slot, view) {
      const tracks = counted()
      const first = tracks[0] ? of.explain(tracks[0].slot, view) : null
      const text = `${tracks.length} tracks${first ? ` (${first.text})` : ''}, asked ${asked}`
      const trackIds = tracks.map((record) => record.id)
      return because('count', text, { value: tracks.length, asked, zone: first?.zone ?? null, trackIds })
    },
  })
}

const defaultFresh = '2s'
const twoThirds = (at: number) => (at * 2) / 3

/** The anomaly score of the scene, 0–1; the latest one, while it is fresh. */
export function createAnomaly(context: NodeContext, anomaly: Of<'anomaly'>): ConditionNode {
  const threshold = createThreshold(anomaly, anomaly.above === undefined ? undefined : twoThirds)
  const freshUs = durationMs(anomaly.fresh ?? defaultFresh) * 1000
  let latest = { score: Number.NaN, ptsUs: Number.NaN }
  const node: ConditionNode = createNode(context, {
    scope: 'scene',
    test(_slot, { ptsUs, anomaly: score }) {
      if (score !== null) latest = { score, ptsUs }
      const fresh = ptsUs - latest.ptsUs <= freshUs
      return threshold.met(fresh ? latest.score : Number.NaN, node.holds(0))
    },
    forget() {
      latest = { score: Number.NaN, ptsUs: Number.NaN }
    },
    explain: () => {
      const text = `anomaly ${latest.score.toFixed(2)}, asked ${threshold.asked}`
      const value = Number.isNaN(latest.score) ? null : shown(latest.score)
      return because('anomaly', text, { value, asked: threshold.asked })
    },
  })
  return node
}

export function createTime(context: NodeContext, window: TimeWindow): ConditionNode {
  const within = compileWindow(window)
  const asked = `${window.days?.join(', ') ?? 'every day'} ${window.from ?? '00:00'}–${window.to ?? '24:00'}`
  return createNode(context, {
    scope: 'scene',
    test: (_slot, { moment }) => within(moment),
    explain: (_slot, { moment }) => {
      const clock = [Math.floor(moment.minute / 60), moment.minute % 60]
      const value = clock.map((part) => String(part).padStart(2, '0')).join(':')
      return because('time', `time ${value}, asked ${asked}`, { value, asked })
    },
  })
}
