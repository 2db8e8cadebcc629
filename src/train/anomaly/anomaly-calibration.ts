import { z } from 'zod'

const finite = z.number()

export const calibrationSchema = z.strictObject({
  formatVersion: z.literal(1),
  camera: z.string(),
  /** SHA-256 of the graph that gave the errors: another one's errors mean something else. */
  graphSha256: z.string(),
  model: z.strictObject({ name: z.string(), version: z.string() }),
  /** Tubelets of normal footage that it was made from. */
  tubelets: z.int(),
  /** For each place the median error, and how far the 99 % quantile lies above it. */
  medians: z.array(finite),
  spreads: z.array(finite),
  /** Quantiles of the unusualness of normal tubelets, from 0 to `tailFrom` in equal steps. */
  body: z.array(finite).min(2),
  tailFrom: z.number(),
  /** Mean of what normal tubelets beyond `tailFrom` have more than it. */
  tailMean: z.number().positive(),
})

/** What is normal for one camera and one version of a model. */
export type AnomalyCalibration = z.infer<typeof calibrationSchema>

/** Fewer say nothing about a tail; five minutes and more, at all times of the day, are better. */
export const leastTubelets = 400
const tailFrom = 0.95
const bodySteps = 95
/** One of so many places is looked at: the most unusual ones. */
const placesPerTop = 16
/** Differences below this part of the picture's contrast are noise, however steady a place is. */
const leastSpread = 0.02
/** Tubelets that are used together: first for what is normal at each place, then for how far from it is normal. */
const blockTubelets = 40

/**
 * Learns from the errors of normal footage, one row of places for each tubelet in order. Of every 80 tubelets 40 say
 * what is normal at each place, so that a tree in the wind or a screen counts for less than an empty wall; the other 40
 * say how unusual normal tubelets get. Expects at least `leastTubelets` rows.
 */
export function learnNormal(
  rows: readonly Float32Array[],
  about: Pick<AnomalyCalibration, 'camera' | 'graphSha256' | 'model'>,
): AnomalyCalibration {
  const inBlock = (parity: number) => rows.filter((_, n) => Math.floor(n / blockTubelets) % 2 === parity)
  const [first, second] = [inBlock(0), inBlock(1)]
  const medians: number[] = []
  const spreads: number[] = []
  for (let place = 0; place < rows[0]!.length; place += 1) {
    const sorted = Float32Array.from(first, (row) => row[place]!).sort()
    const median = quantile(sorted, 0.5)
    medians.push(median)
    spreads.push(quantile(sorted, 0.99) - median + leastSpread)
  }
  const unusual = Float32Array.from(second, (row) => unusualness({ medians, spreads }, row)).sort()
  const body = Array.from({ length: bodySteps + 1 }, (_, n) => quantile(unusual, (n / bodySteps) * tailFrom))
  const start = body.at(-1)!
  const beyond = unusual.filter((value) => value > start)
  const excess = beyond.reduce((sum, value) => sum + value - start, 0) / Math.max(1, beyond.length)
  return {
    formatVersion: 1,
    ...about,
    tubelets: rows.length,
    medians,
    spreads,
    body,
    tailFrom,
    // Footage without any variation would make everything infinitely unusual.
    tailMean: Math.max(excess, 0.02),
  }
}

/**
 * How unusual a tubelet is, 0–1: the share of normal tubelets that are less so. Up to 95 % this is counted
 * (empirical distribution); beyond, the excess is taken as exponentially distributed (peaks over threshold, Coles 2001,
 * section 4.2, with shape 0), so that 0.9999 means one of ten thousand normal tubelets though fewer were seen.
 */
export function anomalyScore(calibration: AnomalyCalibration, errors: Float32Array): number {
  const { body, tailMean } = calibration
  const value = unusualness(calibration, errors)
  const start = body.at(-1)!
  if (value >= start) return 1 - (1 - calibration.tailFrom) * Math.exp(-(value - start) / tailMean)
  const above = body.findIndex((step) => step > value)
  if (above <= 0) return 0
  const [low, high] = [body[above - 1]!, body[above]!]
  const share = (above - 1 + (value - low) / (high - low)) / (body.length - 1)
  return share * calibration.tailFrom
}

/** Mean over the most unusual places of (error - median) / spread. */
export function unusualness(
  { medians, spreads }: Pick<AnomalyCalibration, 'medians' | 'spreads'>,
  errors: Float32Array,
): number {
  const each = errors.map((error, place) => (error - medians[place]!) / spreads[place]!).sort()
  const top = each.subarray(-Math.max(1, Math.round(errors.length / placesPerTop)))
  return top.reduce((sum, value) => sum + value, 0) / top.length
}

function quantile(sorted: Float32Array, share: number): number {
  const at = share * (sorted.length - 1)
  const low = Math.floor(at)
  return sorted[low]! + ((sorted[low + 1] ?? sorted[low]!) - sorted[low]!) * (at - low)
}
