const dayMs = 86_400_000

/** How far the clocks of a time zone are ahead of UTC at a moment, milliseconds. */
export function utcOffsetMs(timeZone: string, atMs: number): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(atMs)
  const of = (type: string) => Number(parts.find((part) => part.type === type)!.value)
  const shown = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'))
  return shown - Math.floor(atMs / 1000) * 1000
}

/** What people there call the zone at a moment, such as CEST or GMT+2. */
export function zoneName(timeZone: string, atMs: number): string {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone, timeZoneName: 'short' }).formatToParts(atMs)
  return parts.find(({ type }) => type === 'timeZoneName')!.value
}

/** `2026-05-01 10:00:00` on the clocks of a time zone. */
export function localTime(timeZone: string, atMs: number): string {
  return new Date(atMs + utcOffsetMs(timeZone, atMs)).toISOString().slice(0, 19).replace('T', ' ')
}

/** From midnight to midnight of `YYYY-MM-DD` in a time zone: 23 to 25 hours. Null when there is no such day. */
export function localDay(timeZone: string, day: string): { fromMs: number; toMs: number } | null {
  const utcMs = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN
  if (Number.isNaN(utcMs) || new Date(utcMs).toISOString().slice(0, 10) !== day) return null
  return { fromMs: midnight(timeZone, utcMs), toMs: midnight(timeZone, utcMs + dayMs) }
}

/** The offset is asked at a guess and once more where that leads: it may change between the two. */
function midnight(timeZone: string, utcMs: number): number {
  const guessMs = utcMs - utcOffsetMs(timeZone, utcMs)
  return utcMs - utcOffsetMs(timeZone, guessMs)
}
