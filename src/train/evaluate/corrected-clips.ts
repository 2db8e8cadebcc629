import { isRight, topLabel } from './confusion.ts'
import type { Prediction } from './prediction.ts'
import type { SplitSide } from './split-by-group.ts'

/** A clip of which a person said something else than the model that raised it. */
export interface Correction {
  readonly id: string
  readonly side: SplitSide
  /** What the model said when it was recorded; null: none of its labels. */
  readonly said: string | null
}

/** A corrected clip with what two versions say of it. */
export interface CorrectedClip extends Correction {
  readonly group: string
  /** What the person said. */
  readonly truth: string
  /** What the live version says of it; null where there is none. */
  readonly before: string | null
  readonly wasRight: boolean
  readonly now: string
  readonly right: boolean
}

export interface CorrectedCount {
  readonly clips: number
  readonly rightBefore: number
  readonly rightNow: number
}

/** Whether the new version has learned what people corrected, clip by clip. */
export function correctedClips(options: {
  labels: readonly string[]
  corrections: readonly Correction[]
  challenger: readonly Prediction[]
  /** Of the same clips; null without a live version. */
  champion: readonly Prediction[] | null
}): CorrectedClip[] {
  const { labels, corrections, challenger, champion } = options
  const byId = new Map(corrections.map((correction) => [correction.id, correction]))
  const old = new Map(champion?.map((prediction) => [prediction.id, prediction]))
  return challenger.flatMap((prediction) => {
    const correction = byId.get(prediction.id)
    if (!correction) return []
    const earlier = old.get(prediction.id)
    const { group, truth } = prediction
    return [
      {
        ...correction,
        group,
        truth: labels[truth]!,
        before: earlier ? labels[topLabel(earlier)]! : null,
        wasRight: earlier !== undefined && isRight(earlier),
        now: labels[topLabel(prediction)]!,
        right: isRight(prediction),
      },
    ]
  })
}

export function countCorrected(clips: readonly CorrectedClip[]): CorrectedCount {
  return {
    clips: clips.length,
    rightBefore: clips.filter(({ wasRight }) => wasRight).length,
    rightNow: clips.filter(({ right }) => right).length,
  }
}
