import type { ScoreSeries } from './score-curve.tsx'

export interface ScorePoint {
  /** The line that it belongs to: a model, or a model and a track. */
  readonly name: string
  readonly timeS: number
  readonly score: number
}

/** Lines on the same times, as a curve wants them. */
export function alignScores(points: readonly ScorePoint[]): { times: number[]; series: ScoreSeries[] } {
  const times = [...new Set(points.map(({ timeS }) => timeS))].sort((a, b) => a - b)
  const series = [...Map.groupBy(points, ({ name }) => name)].map(([name, own]) => {
    const byTime = new Map(own.map(({ timeS, score }) => [timeS, score]))
    return { name, values: times.map((time) => byTime.get(time) ?? null) }
  })
  return { times, series }
}
