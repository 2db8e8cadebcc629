import type { paths } from '../api/api-types.ts'
import type { ScorePoint } from '../pieces/curve/align-scores.ts'
import type { TimeWindow } from './time-window.ts'

export type Timeline =
  paths['/api/v1/cameras/{id}/timeline']['get']['responses'][200]['content']['application/json']
export type Mark = Timeline['alerts'][number]

export type Trace =
  paths['/api/v1/cameras/{id}/trace']['get']['responses'][200]['content']['application/json']

export interface Segment {
  readonly fromMs: number
  readonly durationMs: number
}

export const segmentsOf = (timeline: Timeline | null): readonly Segment[] =>
  (timeline?.segments ?? []).map(({ from, durationMs }) => ({ fromMs: Date.parse(from), durationMs }))

/** The segment that holds a moment; else the next one after it; null where there is none. */
export function segmentAt(segments: readonly Segment[], atMs: number): Segment | null {
  return segments.find(({ fromMs, durationMs }) => atMs < fromMs + durationMs) ?? null
}

/** The one after another, with the gap between them left out. */
export const segmentAfter = (segments: readonly Segment[], { fromMs }: Segment): Segment | null =>
  segments.find((each) => each.fromMs > fromMs) ?? null

/** The next alert after a moment, or the one before it. */
export function neighbour(marks: readonly Mark[], atMs: number, by: 1 | -1): Mark | null {
  const byTime = [...marks].sort((a, b) => Date.parse(a.from) - Date.parse(b.from))
  return by === 1
    ? (byTime.find(({ from }) => Date.parse(from) > atMs + 500) ?? null)
    : (byTime.findLast(({ from }) => Date.parse(from) < atMs - 500) ?? null)
}

/** What is fetched for a window: some more on both sides, so that a small move needs nothing new. */
export function rangeFor({ fromMs, spanMs }: TimeWindow, nowMs: number) {
  const margin = Math.min(spanMs, 6 * 3_600_000)
  const most = 31.9 * 86_400_000
  const from = fromMs - margin
  const to = Math.min(Math.max(nowMs, from + 1000), fromMs + spanMs + margin)
  return { fromMs: from, toMs: Math.min(to, from + most) }
}

/** What each model said of a label; seconds from a moment. */
export function pointsOf({ clips }: Pick<Trace, 'clips'>, label: string, atMs: number): ScorePoint[] {
  return clips.flatMap(({ model, trackId, to, scores }) => {
    const score = scores?.find((each) => each.label === label)?.score
    const name = trackId === null ? model : `${model} · ${trackId}`
    return score === undefined ? [] : [{ name, timeS: (Date.parse(to) - atMs) / 1000, score }]
  })
}
