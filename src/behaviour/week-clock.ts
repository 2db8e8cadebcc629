import { type TimeWindow, type Weekday, weekdays } from '../config/schema/behaviour-schema.ts'

/** Where a moment lies in the week of a place: weekday 0 (Monday) – 6 and minute of the day 0–1439. */
export interface WeekMoment {
  readonly day: number
  readonly minute: number
}

/** Wall-clock time as weekday and minute in an IANA time zone, daylight saving included. */
export function createWeekClock(timeZone: string): (timeMs: number) => WeekMoment {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  let minuteNow = Number.NaN
  let moment: WeekMoment = { day: 0, minute: 0 }
  return (timeMs) => {
    const minute = Math.floor(timeMs / 60_000)
    if (minute === minuteNow) return moment
    minuteNow = minute
    const parts = new Map(format.formatToParts(minute * 60_000).map((part) => [part.type, part.value]))
    moment = {
      day: weekdays.indexOf(parts.get('weekday')?.toLowerCase() as Weekday),
      minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
    }
    return moment
  }
}

/** A window that ends before it begins goes on into the next day and belongs to the day on which it begins. */
export function compileWindow(window: TimeWindow): (moment: WeekMoment) => boolean {
  const days = new Set((window.days ?? weekdays).map((day) => weekdays.indexOf(day)))
  const from = minuteOf(window.from ?? '00:00')
  const to = minuteOf(window.to ?? '24:00')
  return ({ day, minute }) => {
    if (from < to) return days.has(day) && minute >= from && minute < to
    return (days.has(day) && minute >= from) || (days.has((day + 6) % 7) && minute < to)
  }
}

/** The schedule of a rule: in one of `armed` (or there is none) and in none of `disarmed`. */
export function compileSchedule(schedule: {
  armed?: readonly TimeWindow[]
  disarmed?: readonly TimeWindow[]
}): (moment: WeekMoment) => boolean {
  const armed = schedule.armed?.map(compileWindow)
  const disarmed = (schedule.disarmed ?? []).map(compileWindow)
  return (moment) =>
    (!armed || armed.some((within) => within(moment))) && !disarmed.some((within) => within(moment))
}

function minuteOf(text: string): number {
  const [hours, minutes] = text.split(':')
  return Number(hours) * 60 + Number(minutes)
}
