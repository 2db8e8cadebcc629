/** Where somebody was, in shares of the picture, from a moment on and until another; seconds of the clip. */
export interface BoxMoment {
  readonly id: string
  readonly fromS: number
  readonly toS: number
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** A reading is shown so long after its moment where no later one of the same person came. */
const holdS = 0.25

/** The boxes of a moment: of everybody the latest reading that still holds. */
export function boxesAt(moments: readonly BoxMoment[], atS: number): BoxMoment[] {
  const latest = new Map<string, BoxMoment>()
  for (const moment of moments) {
    if (moment.fromS > atS || moment.toS + holdS < atS) continue
    const known = latest.get(moment.id)
    if (!known || known.fromS <= moment.fromS) latest.set(moment.id, moment)
  }
  return [...latest.values()]
}
