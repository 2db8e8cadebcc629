import type { SampleReason } from '../core/clip-sample.ts'
import { createRandom } from '../core/random.ts'
import { createRareScores, type RareScores } from './rare-scores.ts'
import type { SampleCandidate, SamplerSettings } from './sample-candidate.ts'
import { type Sample, sampleWorths } from './sample-worth.ts'

export interface ReviewSampler {
  /** The clip as a sample, which then counts; null: it is none, or none is due. */
  offer(candidate: SampleCandidate): Sample | null
  /** A sample of which there will be no clip does not count. */
  giveBack(sample: Sample): void
  retune(settings: SamplerSettings): void
}

export interface ReviewSamplerOptions {
  readonly cameraId: string
  readonly settings: SamplerSettings
  /** The same seed draws the same moments for an hour of a camera, also after a restart. */
  readonly seed: number
  /** Wall clock at the start: what was to be drawn before it is not made up for. */
  readonly startedMs: number
  /** What was taken since then, also by an earlier process; the oldest first. */
  readonly past: (sinceMs: number) => readonly { readonly reason: SampleReason; readonly lastMs: number }[]
  readonly rare?: RareScores
}

interface Hour {
  readonly hour: number
  readonly taken: Map<SampleReason, number>
  /** Moments of the random clips that are still to be taken, ascending. */
  draws: number[]
}

const hourMs = 3_600_000

/**
 * Chooses clips of one camera beyond its alerts that are worth a person's look: what the model is unsure of, where
 * versions disagree, what is unusual, and a few at random, so that misses of the model are found too. Quotas for each
 * reason and hour keep the queue short; a random clip stands for its whole hour, not for the hour's first minutes.
 */
export function createReviewSampler(options: ReviewSamplerOptions): ReviewSampler {
  const { cameraId, seed, startedMs, past, rare = createRareScores() } = options
  let { settings } = options
  let current: Hour | null = null
  let lastMs = -Infinity
  let drawnFromMs = startedMs

  /** The hour that a moment counts for; a clip that comes late counts for the hour that has begun. */
  const hourOf = (atMs: number): Hour => {
    const hour = Math.floor(atMs / hourMs)
    if (current && current.hour >= hour) {
      if (current.hour - hour <= 1) return current
      // The clock was set back: the hours that seem to be ahead are no reason to wait for them.
      drawnFromMs = atMs
    }
    const taken = new Map<SampleReason, number>()
    for (const mark of past(Math.min(hour * hourMs, atMs - settings.apartMs))) {
      lastMs = Math.max(lastMs, mark.lastMs)
      if (mark.lastMs >= hour * hourMs) taken.set(mark.reason, (taken.get(mark.reason) ?? 0) + 1)
    }
    const left = drawsOf(hour).slice(taken.get('random') ?? 0)
    current = { hour, taken, draws: left.filter((at) => at >= drawnFromMs) }
    return current
  }
  const drawsOf = (hour: number): number[] => {
    const random = createRandom(seed).fork(`${cameraId}/${hour}`)
    const draws = Array.from({ length: settings.perHour.random }, () => (hour + random.next()) * hourMs)
    return draws.sort((a, b) => a - b)
  }

  return {
    offer(candidate) {
      const { atMs, alerting } = candidate
      const hour = hourOf(atMs)
      // Seen in any case: what is usual is learned from every clip.
      const worths = sampleWorths(candidate, settings, rare)
      if (Math.abs(atMs - lastMs) < settings.apartMs) return null
      const wanted = ({ reason, label }: Sample) =>
        (hour.taken.get(reason) ?? 0) < settings.perHour[reason] && !alerting(label)
      const due = hour.draws.length > 0 && atMs >= hour.draws[0]! && !alerting(null)
      const random: Sample = { reason: 'random', label: null, score: null, explanation: 'drawn at random' }
      const chosen = worths.find(wanted) ?? (due ? random : null)
      if (chosen === null) return null
      if (chosen === random) hour.draws.shift()
      hour.taken.set(chosen.reason, (hour.taken.get(chosen.reason) ?? 0) + 1)
      lastMs = atMs
      return chosen
    },
    giveBack({ reason }) {
      if (current === null) return
      current.taken.set(reason, Math.max(0, (current.taken.get(reason) ?? 0) - 1))
      if (reason === 'random') current.draws.unshift(lastMs)
    },
    retune(next) {
      settings = next
      // Counted anew with the next clip: the number of draws may be another.
      current = null
    },
  }
}
