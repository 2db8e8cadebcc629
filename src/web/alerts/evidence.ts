import { api, dataOf } from '../api/client.ts'
import { alignScores } from '../pieces/curve/align-scores.ts'
import type { ScoreSeries } from '../pieces/curve/score-curve.tsx'
import type { BoxMoment } from '../player/boxes.ts'

/** What lies beside a clip: where people were, and what the model said around the alert. */
export interface Evidence {
  readonly boxes: readonly BoxMoment[]
  readonly scores: {
    readonly times: readonly number[]
    readonly series: readonly ScoreSeries[]
    readonly onThreshold: number
    readonly offThreshold: number
  } | null
}

/** Nothing where nothing was kept. */
export async function fetchEvidence(alertId: string): Promise<Evidence> {
  try {
    const path = { params: { path: { alertId } } }
    return readEvidence(await dataOf(api.GET('/api/v1/alerts/{alertId}/evidence', path)))
  } catch {
    return { boxes: [], scores: null }
  }
}

interface Answer {
  readonly scores: {
    readonly onThreshold: number
    readonly offThreshold: number
    readonly lines: readonly {
      readonly name: string
      readonly points: readonly { atMs: number; score: number }[]
    }[]
  } | null
  readonly boxes: readonly {
    readonly id: string
    readonly fromMs: number
    readonly toMs: number
    readonly x: number
    readonly y: number
    readonly width: number
    readonly height: number
  }[]
}

/** The answer as the player and the curve want it: seconds, and all lines on the same times. */
export function readEvidence({ scores, boxes }: Answer): Evidence {
  return {
    boxes: boxes.map(({ fromMs, toMs, ...rest }) => ({ ...rest, fromS: fromMs / 1000, toS: toMs / 1000 })),
    scores: scores && {
      ...alignScores(pointsOf(scores.lines)),
      onThreshold: scores.onThreshold,
      offThreshold: scores.offThreshold,
    },
  }
}

const pointsOf = (lines: NonNullable<Answer['scores']>['lines']) =>
  lines.flatMap(({ name, points }) => points.map(({ atMs, score }) => ({ name, timeS: atMs / 1000, score })))
