import { createHash } from 'node:crypto'
import type { SamplingConfig } from '../config/schema/sampling-schema.ts'
import type { AlertStep } from '../core/alert.ts'
import type { Scores } from '../core/clip.ts'
import type { ClipSample, SampleMoment } from '../core/clip-sample.ts'
import type { Clock } from '../core/clock.ts'
import type { Disagreement } from '../core/disagreement.ts'
import { toAppError } from '../core/errors.ts'
import type { Telemetry } from '../core/telemetry-port.ts'
import type { ReviewSampler } from './review-sampler.ts'
import type { SampleCandidate } from './sample-candidate.ts'
import type { Sample } from './sample-worth.ts'

export interface ClipSamplingOptions {
  readonly cameraId: string
  readonly sampler: ReviewSampler
  readonly settings: SamplingConfig
  /** Score from which a label of a model alerts on this camera, as the rules are now; Infinity: it never does. */
  readonly thresholdOf: (modelName: string, label: string) => number
  /** After an alert its recording goes on for so long, and never longer than the latter after its beginning, ms. */
  readonly postRollMs: number
  readonly maxClipMs: number
  /** Records the sample; false: it cannot (whoever refuses counts it). */
  readonly record: (sample: ClipSample, moment: SampleMoment) => boolean
  readonly clock: Clock
  readonly telemetry: Telemetry
}

export interface ClipSampling {
  /** What a model said of a clip of this camera. */
  scored(scores: Scores): void
  disagreed(modelName: string, found: Disagreement): void
  alert(step: Pick<AlertStep, 'alertId' | 'phase' | 'label' | 'startedMs' | 'lastMs'>): void
  retune(settings: SamplingConfig): void
  close(): void
}

/** So long a sample waits, because it may be the beginning of an alert about the same, which has its own recording. */
const settleMs = 5000
const mostScores = 10
/** Scores of different models do not come in the order of their frames, ms. */
const forgetMs = 60_000

/** From the scores of one camera to samples that are recorded. It never throws into the live path. */
export function createClipSampling(options: ClipSamplingOptions): ClipSampling {
  const { cameraId, sampler, thresholdOf, postRollMs, maxClipMs, record, clock, telemetry } = options
  let { enabled } = options.settings
  /** What the recordings of alerts show until when, wall clock. */
  const recordings = new Map<
    string,
    { readonly label: string; readonly fromMs: number; readonly untilMs: number }
  >()
  /** Of each model, until its labels or the rules are others: with hundreds of labels too much for every clip. */
  const thresholds = new Map<string, { readonly labels: readonly string[]; readonly values: number[] }>()
  let held: { sample: Sample; cancel: () => void } | null = null
  let failed = false

  const letGo = () => {
    if (!held) return
    held.cancel()
    sampler.giveBack(held.sample)
    held = null
  }
  const guarded = (work: () => void) => {
    try {
      work()
    } catch (thrown) {
      if (!failed)
        telemetry.log.error({ camera: cameraId, err: toAppError(thrown) }, 'clips cannot be sampled')
      failed = true
    }
  }
  const thresholdsOf = (modelName: string, labels: readonly string[]): number[] => {
    const known = thresholds.get(modelName)
    if (known?.labels === labels) return known.values
    const values = labels.map((label) => thresholdOf(modelName, label))
    thresholds.set(modelName, { labels, values })
    return values
  }
  const offer = (
    of: Pick<SampleCandidate, 'modelName' | 'labels' | 'scores' | 'thresholds' | 'disagreement'>,
    moment: SampleMoment,
    more: () => Pick<ClipSample, 'modelVersion' | 'trackId' | 'scores'>,
  ) => {
    const { firstArrivalMs, lastArrivalMs } = moment
    // One that seems to begin later was made before the clock was set back.
    for (const [alertId, { fromMs, untilMs }] of recordings)
      if (untilMs + forgetMs < firstArrivalMs || fromMs - forgetMs > lastArrivalMs) recordings.delete(alertId)
    const alerting = (label: string | null) =>
      held !== null ||
      [...recordings.values()].some(
        (each) => firstArrivalMs < each.untilMs && (label === null || label === each.label),
      )
    const sample = sampler.offer({ ...of, atMs: lastArrivalMs, alerting })
    if (sample === null) return
    const { modelName } = of
    const whole: ClipSample = {
      sampleId: idOf([cameraId, modelName, sample.reason, firstArrivalMs, moment.firstPtsUs]),
      cameraId,
      ...sample,
      ...more(),
      modelName,
      startedMs: firstArrivalMs,
      lastMs: lastArrivalMs,
    }
    const commit = () => {
      held = null
      guarded(() => {
        if (record(whole, moment)) {
          telemetry.count('vireo_samples_total', { camera: cameraId, reason: sample.reason })
        } else sampler.giveBack(sample)
      })
    }
    held = { sample, cancel: clock.after(settleMs, commit) }
  }

  return {
    scored: (scores) =>
      guarded(() => {
        if (!enabled) return
        const { modelName, modelVersion, labels, values, trackId = null } = scores
        const of = { modelName, labels, scores: values, thresholds: thresholdsOf(modelName, labels) }
        offer({ ...of, disagreement: null }, scores, () => ({
          modelVersion,
          trackId,
          scores: highest(labels, values),
        }))
      }),
    disagreed: (modelName, found) =>
      guarded(() => {
        if (!enabled) return
        const { liveVersion, label, liveScore } = found
        offer({ modelName, labels: [], scores: [], thresholds: [], disagreement: found }, found, () => ({
          modelVersion: liveVersion,
          trackId: null,
          scores: label === '' ? [] : [{ label, score: liveScore }],
        }))
      }),
    alert({ alertId, phase, label, startedMs, lastMs }) {
      const longestMs = startedMs + maxClipMs
      const untilMs = phase === 'end' ? Math.min(longestMs, lastMs + postRollMs) : longestMs
      recordings.set(alertId, { label, fromMs: startedMs, untilMs })
      const about = held?.sample.label ?? label
      if (phase === 'new' && about === label) letGo()
    },
    retune(settings) {
      enabled = settings.enabled
      thresholds.clear()
      sampler.retune(settings)
      if (!enabled) letGo()
    },
    close: letGo,
  }
}

function highest(labels: readonly string[], values: ArrayLike<number>): ClipSample['scores'] {
  return labels
    .map((label, at) => ({ label, score: values[at]! }))
    .sort((a, b) => b.score - a.score)
    .slice(0, mostScores)
}

function idOf(parts: readonly unknown[]): string {
  return createHash('sha256')
    .update(JSON.stringify(['sample', ...parts]))
    .digest('hex')
    .slice(0, 32)
}
