/** Brightness by which a block must differ to count as changed, of 255: about five times what noise leaves. */
const changed = 8
/** Blocks that are looked at to find how the light changed as a whole. */
const samples = 255

/**
 * Share of the blocks that changed between two pictures, 0–1. A change of all of them alike (a cloud, the
 * camera's exposure) is found as the median ratio of brightness and taken out first.
 *
 * @param before, now block means of the same length (see blockMeans).
 * @param ignored 1 for blocks that never count as changed; null: all count
 */
export function frameDifference(
  before: Float32Array,
  now: Float32Array,
  ignored: Uint8Array | null = null,
): number {
  if (now.length === 0) return 0
  const gain = lightGain(before, now)
  let count = 0
  for (let index = 0; index < now.length; index += 1)
    if (Math.abs(now[index]! - before[index]! * gain) > changed && ignored?.[index] !== 1) count += 1
  return count / now.length
}

/** By how much the light changed as a whole: the median ratio of brightness. */
export function lightGain(before: Float32Array, now: Float32Array): number {
  const step = Math.max(1, Math.floor(now.length / samples))
  const ratios = new Float32Array(Math.ceil(now.length / step))
  for (let index = 0, at = 0; at < now.length; index += 1, at += step)
    ratios[index] = (now[at]! + 4) / (before[at]! + 4)
  ratios.sort()
  return ratios[ratios.length >> 1]!
}
