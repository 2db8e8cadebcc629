import type { Observable, Subscription } from 'rxjs'
import type { AlertRule } from '../../src/alert/alert-rule.ts'
import type { RecordingConfig } from '../../src/config/schema/recording-schema.ts'
import type { SamplingConfig } from '../../src/config/schema/sampling-schema.ts'
import type { AlertStep } from '../../src/core/alert.ts'
import type { Scores } from '../../src/core/clip.ts'
import type { ClipSample, SampleMoment } from '../../src/core/clip-sample.ts'
import type { Clock } from '../../src/core/clock.ts'
import type { Disagreement } from '../../src/core/disagreement.ts'
import { toAppError } from '../../src/core/errors.ts'
import { countDrop, type Telemetry } from '../../src/core/telemetry-port.ts'
import { createClipSampling } from '../../src/review/clip-sampling.ts'
import { createReviewSampler } from '../../src/review/review-sampler.ts'
import type { SampleBudget } from '../../src/review/sample-budget.ts'
import type { SampleStore } from '../../src/store/tables/sample-store.ts'
import type { RecordRoute } from './record.ts'

/** What of a camera's plan decides what is sampled; see planCamera. */
export interface SamplePlan {
  readonly rules: readonly AlertRule[]
  readonly recording: RecordingConfig
  readonly sampling: SamplingConfig
}

export interface SampleRoute {
  alert(step: AlertStep): void
  disagreed(modelName: string, found: Disagreement): void
  /** Takes other settings and rules while the camera goes on. */
  retune(next: SamplePlan): void
  close(): void
}

export interface SampleRouteOptions {
  readonly cameraId: string
  readonly plan: SamplePlan
  readonly scores$: Observable<Scores>
  readonly records: Pick<RecordRoute, 'sample'>
  readonly samples: SampleStore
  readonly budget: SampleBudget
  readonly clock: Clock
  readonly telemetry: Telemetry
}

/** Longer than the finishing of a clip takes, ms. */
const finishMs = 60_000

/** Scores and disagreements of one camera → samples → their rows → their clips. */
export function sampleRoute(options: SampleRouteOptions): SampleRoute {
  const { cameraId, plan, scores$, records, samples, budget, clock, telemetry } = options
  const { preRollMs, postRollMs, maxClipMs } = plan.recording
  let { rules } = plan
  let settings = settingsOf(plan)
  let full = false

  const refuse = (reason: string) => {
    countDrop(telemetry, { stage: 'sample', reason, cameraId })
    return false
  }
  const record = (sample: ClipSample, moment: SampleMoment): boolean => {
    const wasFull = full
    full = samples.waitingSamples(cameraId) >= settings.maxWaiting
    if (full && !wasFull)
      telemetry.log.warn(
        { camera: cameraId, waiting: settings.maxWaiting },
        'no more clips are sampled: so many wait for review already (sampling.maxWaiting)',
      )
    if (full) return refuse('queue_full')
    const giveBack = budget.take(preRollMs + postRollMs + finishMs)
    if (giveBack === null) return refuse('too_many_at_once')
    let recorded = false
    try {
      // First the row: a clip without one would count as the clip of an alert.
      samples.acceptSample(sample)
      recorded = records.sample(sample.sampleId, moment, giveBack)
      if (!recorded) samples.dropSample(sample.sampleId)
    } catch (thrown) {
      telemetry.log.warn({ camera: cameraId, err: toAppError(thrown) }, 'a sample cannot be kept')
      refuse('store_refuses')
    }
    if (recorded) telemetry.log.info({ camera: cameraId, ...shown(sample) }, 'a clip is recorded for review')
    else giveBack()
    return recorded
  }

  const sampling = createClipSampling({
    cameraId,
    settings,
    sampler: createReviewSampler({
      cameraId,
      settings,
      seed: 1,
      startedMs: clock.nowMs(),
      past: (sinceMs) => samples.samplesSince(cameraId, sinceMs),
    }),
    thresholdOf: (modelName, label) =>
      Math.min(
        Number.POSITIVE_INFINITY,
        ...rules
          .filter((rule) => rule.label === label && (rule.modelName ?? modelName) === modelName)
          .map(({ onThreshold }) => onThreshold),
      ),
    postRollMs,
    maxClipMs: maxClipMs - preRollMs,
    record,
    clock,
    telemetry,
  })
  const subscription: Subscription = scores$.subscribe((scores) => sampling.scored(scores))
  return {
    alert: sampling.alert,
    disagreed: sampling.disagreed,
    retune(next) {
      rules = next.rules
      settings = settingsOf(next)
      sampling.retune(settings)
    },
    close() {
      subscription.unsubscribe()
      sampling.close()
    },
  }
}

/** Samples of a camera never overlap: at most one is being recorded, and alerts always find room. */
function settingsOf({ sampling, recording }: SamplePlan): SamplingConfig {
  const { clips, preRollMs, postRollMs } = recording
  return {
    ...sampling,
    enabled: sampling.enabled && clips,
    apartMs: Math.max(sampling.apartMs, preRollMs + postRollMs),
  }
}

const shown = ({ sampleId, reason, label, score, explanation }: ClipSample) => ({
  sample: sampleId,
  reason,
  label,
  score,
  explanation,
})
