import type { FusionConfig } from '../config/schema/alerts-schema.ts'
import type { AlertReason } from '../core/alert.ts'
import { clipSource, type Scores } from '../core/clip.ts'

/** Name by which alerts of fused scores say which model raised them. */
export const fusionName = 'fusion'

export interface ScoreFusion {
  /** The fused score after one model spoke; null when it says nothing about the label. */
  accept(scores: Scores): Scores | null
  /** Whether no model has spoken within the window before this moment. */
  isSilent(moment: { readonly epoch: number; readonly ptsUs: number }): boolean
}

/**
 * Late fusion on one camera: what several models say of one label within a time window becomes one score. Of a model
 * that looks at several people the highest counts. A model that said nothing within the window takes no part, so that a
 * camera without sound, or a picture in which nothing moves, does not weigh against the others.
 */
export function createScoreFusion(config: FusionConfig): ScoreFusion {
  const { label, windowMs, weights } = config
  const windowUs = windowMs * 1000
  /** The latest of each model, and of each track that it looks at. */
  const latest = new Map<string, ModelScore>()
  let epoch = 0
  let heardPtsUs = Number.NEGATIVE_INFINITY

  const forgetOld = (ptsUs: number) => {
    for (const [key, { scores }] of latest)
      if (Math.abs(ptsUs - scores.lastPtsUs) > windowUs) latest.delete(key)
  }
  return {
    accept(scores) {
      const column = scores.labels.indexOf(label)
      const value = column < 0 ? Number.NaN : scores.values[column]!
      if (Number.isNaN(value) || scores.epoch < epoch) return null
      if (scores.epoch > epoch) latest.clear()
      epoch = scores.epoch
      const key = clipSource({ ...scores, cameraId: scores.modelName })
      latest.delete(key)
      latest.set(key, { scores, score: Math.min(1, Math.max(0, value)) })
      forgetOld(scores.lastPtsUs)
      heardPtsUs = scores.lastPtsUs
      return fused(config, highestOfEach([...latest.values()]), {
        weightOf: (model) => weights[model] ?? 1,
        now: scores,
      })
    },
    isSilent: (moment) => moment.epoch !== epoch || moment.ptsUs - heardPtsUs > windowUs,
  }
}

interface ModelScore {
  readonly scores: Scores
  readonly score: number
}

/** One for each model, in the order of their names. */
function highestOfEach(all: readonly ModelScore[]): ModelScore[] {
  const highest = new Map<string, ModelScore>()
  for (const said of all) {
    const { modelName } = said.scores
    if (said.score >= (highest.get(modelName)?.score ?? 0)) highest.set(modelName, said)
  }
  return [...highest.values()].sort((a, b) => (a.scores.modelName < b.scores.modelName ? -1 : 1))
}

function fused(
  { label, method, windowMs }: FusionConfig,
  parts: readonly ModelScore[],
  { weightOf, now }: { weightOf: (model: string) => number; now: Scores },
): Scores {
  const terms = parts.map(({ scores, score }) => ({ scores, score, weight: weightOf(scores.modelName) }))
  const value = method === 'noisy-or' ? noisyOr(terms) : weightedMean(terms)
  const all = parts.map(({ scores }) => scores)
  const shown = terms.map(
    ({ scores, score, weight }) => `${scores.modelName} ${score.toFixed(2)} × ${weight}`,
  )
  return {
    cameraId: now.cameraId,
    epoch: now.epoch,
    modelName: fusionName,
    modelVersion: all.map(({ modelName, modelVersion }) => `${modelName} ${modelVersion}`).join(', '),
    labels: [label],
    values: Float32Array.of(value),
    firstPtsUs: Math.min(...all.map(({ firstPtsUs }) => firstPtsUs)),
    lastPtsUs: Math.max(...all.map(({ lastPtsUs }) => lastPtsUs)),
    firstArrivalMs: Math.min(...all.map(({ firstArrivalMs }) => firstArrivalMs)),
    lastArrivalMs: Math.max(...all.map(({ lastArrivalMs }) => lastArrivalMs)),
    lastArrivalMonoMs: now.lastArrivalMonoMs,
    why: {
      explanation: `${label} ${value.toFixed(2)}: ${method} of ${shown.join(' and ')} within ${windowMs / 1000} s`,
      reasons: terms.map(
        ({ scores, score, weight }): AlertReason => ({
          condition: 'fusion',
          text: `${scores.modelName}${scores.trackId === undefined ? '' : ` of track ${scores.trackId}`} says ${label} ${score.toFixed(2)}, weight ${weight}`,
          value: score,
          asked: null,
        }),
      ),
    },
  }
}

type Term = { readonly score: number; readonly weight: number }

/** The label holds unless every model is wrong, each by itself (Pearl 1988, section 4.3.2). */
function noisyOr(terms: readonly Term[]): number {
  return 1 - terms.reduce((product, { score, weight }) => product * (1 - score * weight), 1)
}

function weightedMean(terms: readonly Term[]): number {
  const total = terms.reduce((sum, { weight }) => sum + weight, 0)
  return total === 0 ? 0 : terms.reduce((sum, { score, weight }) => sum + score * weight, 0) / total
}
