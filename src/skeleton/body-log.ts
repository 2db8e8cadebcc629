import type { BodyReading } from './body-reading.ts'
import type { BodyMoment } from './skeleton-cutter.ts'

/** What was found of one body, and until when it stood, because nobody was looked at while nothing moved. */
export interface LoggedReading extends BodyReading {
  readonly trackId: string
  readonly epoch: number
  readonly arrivalMs: number
  readonly untilUs: number
}

export interface BodyLog {
  /** Moments must ascend within a connection. */
  take(moment: BodyMoment): void
  /** What is remembered, oldest first. */
  readings(): readonly LoggedReading[]
}

/** Some eight megabytes: sixteen people for two minutes at ten readings a second. */
const mostReadings = 20_000

/**
 * Remembers what was found of the people of one camera for a while, so that it can be kept beside a clip. Bounded by
 * time and number; the oldest go first.
 */
export function createBodyLog(options: { keepMs: number; most?: number }): BodyLog {
  const { keepMs, most = mostReadings } = options
  type Kept = { -readonly [Key in keyof LoggedReading]: LoggedReading[Key] }
  let log: Kept[] = []
  /** Readings at the beginning of the log that are forgotten. */
  let gone = 0
  let latest = new Map<string, Kept>()
  let epoch = 0

  const forget = (nowMs: number) => {
    while (gone < log.length && (log.length - gone > most || nowMs - log[gone]!.arrivalMs > keepMs)) gone += 1
    // Now and then in one go: to shift each would copy the log for every reading.
    if (gone * 2 < log.length) return
    log = log.slice(gone)
    gone = 0
  }

  return {
    take(moment) {
      const { ptsUs, arrivalMs, tracks, held } = moment
      if (moment.epoch !== epoch) latest = new Map()
      epoch = moment.epoch
      const now = new Map<string, Kept>()
      for (const { id, box, pose, state } of tracks) {
        const before = latest.get(id)
        if (pose && pose.ptsUs > (before?.ptsUs ?? Number.NEGATIVE_INFINITY)) {
          if (before) before.untilUs = Math.min(before.untilUs, pose.ptsUs)
          const reading: Kept = {
            trackId: id,
            epoch,
            ptsUs: pose.ptsUs,
            untilUs: pose.ptsUs,
            arrivalMs: arrivalMs - (ptsUs - pose.ptsUs) / 1000,
            box,
            keypoints: pose.found,
          }
          log.push(reading)
          now.set(id, reading)
          continue
        }
        if (before && held && state === 'seen') before.untilUs = ptsUs
        if (before) now.set(id, before)
      }
      latest = now
      forget(arrivalMs)
    },
    readings: () => log.slice(gone),
  }
}
