/** How fast a recording is shown. */
export const speeds = [0.25, 0.5, 1, 2, 4, 8] as const

/** The next speed up or down; the last stays. */
export function nextSpeed(now: number, by: 1 | -1): number {
  const at = speeds.findIndex((speed) => speed >= now)
  const place = (at < 0 ? speeds.length - 1 : at) + by
  return speeds[Math.min(speeds.length - 1, Math.max(0, place))]!
}
