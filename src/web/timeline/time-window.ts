/** The time that is shown: from its left edge, so long. Milliseconds since the Unix epoch. */
export interface TimeWindow {
  readonly fromMs: number
  readonly spanMs: number
}

const leastSpanMs = 10_000
const mostSpanMs = 31 * 86_400_000

export const timeAt = ({ fromMs, spanMs }: TimeWindow, share: number): number => fromMs + share * spanMs
export const shareOf = ({ fromMs, spanMs }: TimeWindow, atMs: number): number => (atMs - fromMs) / spanMs

/** Closer (below 1) or further, while the moment at a share of the width stays where it is. */
export function zoom(window: TimeWindow, factor: number, share: number): TimeWindow {
  const spanMs = Math.min(mostSpanMs, Math.max(leastSpanMs, window.spanMs * factor))
  return { spanMs, fromMs: timeAt(window, share) - share * spanMs }
}

export const pan = (window: TimeWindow, byShare: number): TimeWindow => ({
  ...window,
  fromMs: window.fromMs + byShare * window.spanMs,
})

/** The same window, moved just so far that a moment is within it. */
export function reveal(window: TimeWindow, atMs: number): TimeWindow {
  const share = shareOf(window, atMs)
  return share >= 0.02 && share <= 0.98 ? window : { ...window, fromMs: atMs - window.spanMs / 2 }
}

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
const steps = [
  ...[1, 2, 5, 10, 15, 30].map((count) => count * second),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * minute),
  ...[1, 2, 3, 6, 12].map((count) => count * hour),
  ...[1, 2, 7].map((count) => count * day),
]

/** Moments for the axis: round ones of this place, so far apart that their words have room. */
export function ticks(
  window: TimeWindow,
  widthPx: number,
  zoneMinutes: number,
): { stepMs: number; atMs: number[] } {
  const roomPx = 90
  const stepMs = steps.find((step) => (step / window.spanMs) * widthPx >= roomPx) ?? 7 * day
  // getTimezoneOffset counts minutes behind UTC.
  const shiftMs = zoneMinutes * minute
  const first = Math.ceil((window.fromMs - shiftMs) / stepMs) * stepMs + shiftMs
  const atMs: number[] = []
  for (let at = first; at <= window.fromMs + window.spanMs; at += stepMs) atMs.push(at)
  return { stepMs, atMs }
}
