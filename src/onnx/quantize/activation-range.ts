/** How far the 8-bit range of an activation reaches. */
export const rangeMethods = ['minmax', 'percentile', 'entropy'] as const
export type RangeMethod = (typeof rangeMethods)[number]

/** What of an activation is mapped to 0–255; holds 0. */
export interface ActivationRange {
  readonly low: number
  readonly high: number
}

export interface RangeRecorder {
  add(values: Float32Array): void
  /** Throws nothing: an activation that was never seen, or was always 0, gets [0, 1]. */
  range(method: RangeMethod): ActivationRange
}

const bins = 2048
/** Levels of 8 bits on each side of 0. */
const levels = 128
/** Share of the magnitudes that the percentile method keeps inside. */
export const percentile = 0.9999

/**
 * Sees all values of one activation and chooses its range: all of them (`minmax`); 99.99 % of their magnitudes
 * (`percentile`); or the clipping whose 8-bit picture has the least Kullback-Leibler divergence (`entropy`, after
 * Migacz 2017, "8-bit inference with TensorRT"). Magnitudes go into 2048 bins whose width doubles when a larger one
 * comes, so that nothing has to be seen twice.
 */
export function createRangeRecorder(): RangeRecorder {
  let [lowest, highest] = [0, 0]
  let top = 2 ** -10
  const counts = new Float64Array(bins)

  const widen = (magnitude: number) => {
    while (magnitude > top) {
      for (let at = 0; at < bins / 2; at += 1) counts[at] = counts[2 * at]! + counts[2 * at + 1]!
      counts.fill(0, bins / 2)
      top *= 2
    }
  }
  return {
    add(values) {
      for (const value of values) {
        if (!Number.isFinite(value)) continue
        if (value < lowest) lowest = value
        else if (value > highest) highest = value
        const magnitude = Math.abs(value)
        if (magnitude > top) widen(magnitude)
        const bin = Math.min(bins - 1, Math.floor((magnitude / top) * bins))
        counts[bin] = counts[bin]! + 1
      }
    },
    range(method) {
      if (lowest === 0 && highest === 0) return { low: 0, high: 1 }
      if (method === 'minmax') return { low: lowest, high: highest }
      const bin = method === 'percentile' ? percentileBin(counts, percentile) : entropyBin(counts)
      const limit = (bin / bins) * top
      return { low: Math.max(lowest, -limit), high: Math.min(highest, limit) }
    },
  }
}

/** Bins that hold at least this share of all counts. */
function percentileBin(counts: Float64Array, share: number): number {
  const wanted = counts.reduce((a, b) => a + b, 0) * share
  let sum = 0
  for (const [bin, count] of counts.entries()) {
    sum += count
    if (sum >= wanted) return bin + 1
  }
  return counts.length
}

/** Bins to keep so that the clipped distribution loses least when it is drawn with 128 levels. */
function entropyBin(counts: Float64Array): number {
  // Zeros would hide everything else: padding and relu give far too many.
  const seen = Float64Array.from(counts)
  seen[0] = seen[1]!
  const last = seen.findLastIndex((count) => count > 0) + 1
  if (last <= levels) return Math.max(1, last)
  let best = { bin: last, divergence: Number.POSITIVE_INFINITY }
  for (let bin = levels; bin <= last; bin += 8) {
    const divergence = divergenceAt(seen, bin, last)
    if (divergence < best.divergence) best = { bin, divergence }
  }
  return best.bin
}

function divergenceAt(counts: Float64Array, kept: number, last: number): number {
  let clipped = 0
  for (let at = kept; at < last; at += 1) clipped += counts[at]!
  // The outliers count as the largest value that is kept, in what is to be drawn but not in the drawing.
  const wanted = (at: number) => counts[at]! + (at === kept - 1 ? clipped : 0)
  let total = 0
  let drawnTotal = 0
  for (let at = 0; at < kept; at += 1) {
    total += wanted(at)
    drawnTotal += counts[at]!
  }
  if (total === 0 || drawnTotal === 0) return Number.POSITIVE_INFINITY
  let divergence = 0
  for (let level = 0; level < levels; level += 1) {
    const [start, end] = [level, level + 1].map((n) => Math.floor((n * kept) / levels)) as [number, number]
    let sum = 0
    let filled = 0
    for (let at = start; at < end; at += 1)
      if (counts[at]! > 0) {
        sum += counts[at]!
        filled += 1
      }
    for (let at = start; at < end; at += 1) {
      const p = wanted(at) / total
      if (p === 0) continue
      const q = counts[at]! > 0 ? sum / filled / drawnTotal : 1e-9
      divergence += p * Math.log(p / q)
    }
  }
  return divergence
}
