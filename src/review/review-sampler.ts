import type { Random } from '../core/random.ts'
import type { ReviewReason } from './review-item.ts'

export interface SamplerSettings {
  /** Most samples of one camera and reason in an hour. */
  readonly perHour: Readonly<Record<Exclude<ReviewReason, 'alert'>, number>>
  /** A score this near to the label's threshold is uncertain. */
  readonly uncertainWithin: number
  /** Score of the label "anomaly" from which a clip is a sample even when no rule alerts. */
  readonly anomalyFrom: number
  /** Least time between two samples of one camera, ms: neighbours show the same. */
  readonly apartMs: number
}

export const samplerDefaults: SamplerSettings = {
  perHour: { uncertain: 4, disagreement: 4, anomaly: 2, random: 1 },
  uncertainWithin: 0.1,
  anomalyFrom: 0.99,
  apartMs: 30_000,
}

/** What the sampler is shown of a scored clip. */
export interface SampleCandidate {
  readonly cameraId: string
  /** Wall clock of its last frame, milliseconds. */
  readonly atMs: number
  readonly labels: readonly string[]
  /** 0–1, one for each label. */
  readonly scores: ArrayLike<number>
  /** Score from which each label alerts. */
  readonly thresholds: ArrayLike<number>
  /** Whether another version of the model, shown the same clip, decides otherwise. */
  readonly disagrees: boolean
  /** Whether an alert has the clip already. */
  readonly alerting: boolean
}

export interface Sample {
  readonly reason: Exclude<ReviewReason, 'alert'>
  /** The label that made it interesting; null for a random one. */
  readonly label: string | null
  readonly score: number | null
}

const hourMs = 3_600_000

/**
 * Chooses clips beyond the alerts that are worth a person's look: what the model is unsure of, where versions
 * disagree, what is unusual, and a few at random, so that misses of the model are found too. Quotas for each camera,
 * reason and hour keep the queue short; a random clip stands for its whole hour, not for the hour's first minutes.
 */
export function createReviewSampler(options: {
  settings?: Partial<SamplerSettings>
  random: Pick<Random, 'next'>
}): { offer(candidate: SampleCandidate): Sample | null } {
  const settings = { ...samplerDefaults, ...options.settings }
  const { random } = options
  const cameras = new Map<
    string,
    { hour: number; taken: Map<string, number>; lastMs: number; draws: number[] }
  >()

  const of = (cameraId: string, atMs: number) => {
    const hour = Math.floor(atMs / hourMs)
    const known = cameras.get(cameraId)
    if (known?.hour === hour) return known
    const draws = Array.from({ length: settings.perHour.random }, () => (hour + random.next()) * hourMs)
    const fresh = {
      hour,
      taken: new Map<string, number>(),
      lastMs: known?.lastMs ?? -Infinity,
      draws: draws.sort((a, b) => a - b),
    }
    cameras.set(cameraId, fresh)
    return fresh
  }

  return {
    offer(candidate) {
      const { cameraId, atMs, alerting } = candidate
      const camera = of(cameraId, atMs)
      if (alerting || atMs - camera.lastMs < settings.apartMs) return null
      const has = (reason: Sample['reason']) => (camera.taken.get(reason) ?? 0) < settings.perHour[reason]
      const sample = interesting(candidate, settings).find(({ reason }) => has(reason)) ?? null
      const due = sample === null && camera.draws.length > 0 && atMs >= camera.draws[0]!
      if (due) camera.draws.shift()
      const chosen: Sample | null = due ? { reason: 'random', label: null, score: null } : sample
      if (chosen === null) return null
      camera.taken.set(chosen.reason, (camera.taken.get(chosen.reason) ?? 0) + 1)
      camera.lastMs = atMs
      return chosen
    },
  }
}

/** Reasons of a clip by itself, the strongest first. */
function interesting(candidate: SampleCandidate, settings: SamplerSettings): Sample[] {
  const { labels, scores, thresholds, disagrees } = candidate
  const top = labels.reduce((best, _, index) => (scores[index]! > scores[best]! ? index : best), 0)
  const found: Sample[] = []
  if (disagrees) found.push({ reason: 'disagreement', label: labels[top]!, score: scores[top]! })
  const anomaly = labels.indexOf('anomaly')
  if (anomaly >= 0 && scores[anomaly]! >= settings.anomalyFrom)
    found.push({ reason: 'anomaly', label: 'anomaly', score: scores[anomaly]! })
  const distances = labels.map((_, index) => Math.abs(scores[index]! - thresholds[index]!))
  const nearest = distances.reduce((best, distance, index) => (distance < distances[best]! ? index : best), 0)
  if (distances[nearest]! <= settings.uncertainWithin)
    found.push({ reason: 'uncertain', label: labels[nearest]!, score: scores[nearest]! })
  return found
}
