import type { Bundle } from '../bundle/bundle-schema.ts'
import type { RolloutConfig } from '../config/schema/models-schema.ts'
import type { Clip, Scores } from '../core/clip.ts'
import type { Disagreement } from '../core/disagreement.ts'

export interface TallySummary {
  readonly clips: number
  /** Clips for which both versions would alert on the same labels, as a share. */
  readonly agreement: number
  /** Mean over the clips of the largest difference of a label's scores. */
  readonly meanDifference: number
  readonly largestDifference: number
  /** Clips that the shadow was not asked about because inference was saturated. */
  readonly skipped: number
}

/** How often a version thinks as the live one does. */
export interface ShadowTally {
  /** Both versions' scores of a clip; the difference of opinion if there is one. */
  add(clip: Clip, live: Scores, shadow: Scores): Disagreement | null
  skip(): void
  summary(): TallySummary
}

type Labels = Bundle['labels']

export function createShadowTally(versions: {
  live: Pick<Bundle, 'labels' | 'version'>
  shadow: Pick<Bundle, 'labels' | 'version'>
}): ShadowTally {
  const { live, shadow } = versions
  const common = shadow.labels.flatMap(({ name }, ours) => {
    const theirs = live.labels.findIndex((label) => label.name === name)
    return theirs < 0 ? [] : [{ name, ours, theirs }]
  })
  let clips = 0
  let agreed = 0
  let sum = 0
  let largest = 0
  let skipped = 0
  return {
    add(clip, liveScores, shadowScores) {
      const liveLabels = raised(live.labels, liveScores.values)
      const shadowLabels = raised(shadow.labels, shadowScores.values)
      let difference = 0
      let label = ''
      let [liveScore, shadowScore] = [0, 0]
      for (const { name, ours, theirs } of common) {
        const [here, there] = [shadowScores.values[ours]!, liveScores.values[theirs]!]
        const apart = Math.abs(here - there)
        if (apart < difference) continue
        difference = apart
        label = name
        liveScore = there
        shadowScore = here
      }
      clips += 1
      sum += difference
      largest = Math.max(largest, difference)
      if (liveLabels.join('\n') === shadowLabels.join('\n')) {
        agreed += 1
        return null
      }
      const { cameraId, epoch, firstPtsUs, lastPtsUs, firstArrivalMs, lastArrivalMs } = clip
      return {
        cameraId,
        epoch,
        firstPtsUs,
        lastPtsUs,
        firstArrivalMs,
        lastArrivalMs,
        liveVersion: live.version,
        shadowVersion: shadow.version,
        liveLabels,
        shadowLabels,
        difference,
        label,
        liveScore,
        shadowScore,
      }
    },
    skip() {
      skipped += 1
    },
    summary: () => ({
      clips,
      agreement: clips === 0 ? 1 : agreed / clips,
      meanDifference: clips === 0 ? 0 : sum / clips,
      largestDifference: largest,
      skipped,
    }),
  }
}

/** Labels that would alert, in the order of the alphabet. */
function raised(labels: Labels, values: Float32Array): string[] {
  return labels
    .filter(({ threshold, background }, at) => !background && values[at]! >= threshold)
    .map(({ name }) => name)
    .sort()
}

/** How fast and sound a version runs. */
export interface Health {
  /** Clips that it was asked about. */
  readonly clips: number
  /** Of these, without scores by its own fault. */
  readonly failed: number
  /** Time inside ONNX Runtime for one clip; null before the first one. */
  readonly msPerClip: number | null
}

/** Faults are not counted as a share of fewer clips than this. */
const fewestClips = 10

/** Why a version is not to be used, from how it ran; null when there is nothing against it. */
export function healthProblem(
  now: Health,
  before: Pick<Health, 'msPerClip'>,
  rule: Pick<RolloutConfig, 'maxErrorShare' | 'maxLatencyFactor'>,
): string | null {
  const { clips, failed, msPerClip } = now
  if (clips >= fewestClips && failed / clips > rule.maxErrorShare)
    return `${failed} of ${clips} clips got no scores by its fault (at most ${percent(rule.maxErrorShare)} may)`
  if (clips < fewestClips || msPerClip === null || before.msPerClip === null) return null
  const factor = msPerClip / Math.max(0.01, before.msPerClip)
  if (factor <= rule.maxLatencyFactor) return null
  return `a clip takes ${msPerClip.toFixed(1)} ms, ${factor.toFixed(1)} times what the former version takes (at most ${rule.maxLatencyFactor} times)`
}

export const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`
