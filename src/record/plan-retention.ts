import type { RemovalReason } from '../core/recorded-clip.ts'
import { type ClipStanding, isExpendable, rankOf } from './clip/clip-standing.ts'

/** One clip on the disk with all that belongs to it. */
export interface StoredClip {
  readonly alertId: string
  readonly cameraId: string
  readonly kind: 'clips' | 'segments'
  /** The MP4 or, when it is unfinished, its part; the thumbnail; the keypoints. */
  readonly paths: readonly string[]
  readonly bytes: number
  /** Wall clock of the last change, milliseconds since the Unix epoch. */
  readonly changedMs: number
  readonly standing: ClipStanding
}

export interface RetentionLimits {
  /** Age from which such a clip goes when it is expendable, milliseconds. */
  readonly maxAgeMs: (clip: Pick<StoredClip, 'cameraId' | 'kind' | 'standing'>) => number
  /** Most bytes that a camera may have. */
  readonly maxBytesOf: (cameraId: string) => number
  /** Less free space than this is not allowed to be. */
  readonly lowFreeBytes: number
  /** Up to which free space clips are removed when it has become too little; at least lowFreeBytes. */
  readonly enoughFreeBytes: number
}

export type { RemovalReason } from '../core/recorded-clip.ts'

export interface RetentionPlan {
  /** In the order in which they are to go. */
  readonly remove: readonly { readonly clip: StoredClip; readonly reason: RemovalReason }[]
  /** Bytes that will still be missing to lowFreeBytes when everything was removed: somebody else fills the disk. */
  readonly missingBytes: number
  /** Cameras whose unreviewed and labelled clips alone are more than they may have. They are kept. */
  readonly overQuota: readonly string[]
}

/**
 * Which clips go: too old, too many for their camera, and then, while the disk is low, the oldest of all; samples before
 * others. Unreviewed and labelled ones are kept by every rule but the last: when the disk would otherwise run full,
 * because a full disk costs the clips that are to come. Labelled ones go last of all.
 */
export function planRetention(options: {
  clips: readonly StoredClip[]
  nowMs: number
  freeBytes: number
  limits: RetentionLimits
}): RetentionPlan {
  const { nowMs, limits } = options
  const remove: { clip: StoredClip; reason: RemovalReason }[] = []
  const kept = new Set([...options.clips].sort(byWorth))
  let freeBytes = options.freeBytes
  const take = (clip: StoredClip, reason: RemovalReason) => {
    kept.delete(clip)
    freeBytes += clip.bytes
    remove.push({ clip, reason })
  }

  for (const clip of [...kept])
    if (isExpendable(clip.standing) && nowMs - clip.changedMs > limits.maxAgeMs(clip)) take(clip, 'age')

  const overQuota: string[] = []
  for (const [cameraId, own] of Map.groupBy([...kept], (clip) => clip.cameraId)) {
    const mostBytes = limits.maxBytesOf(cameraId)
    let bytes = own.reduce((sum, clip) => sum + clip.bytes, 0)
    for (const clip of own) {
      if (bytes <= mostBytes) break
      if (!isExpendable(clip.standing)) continue
      take(clip, 'camera_bytes')
      bytes -= clip.bytes
    }
    if (bytes > mostBytes) overQuota.push(cameraId)
  }

  if (freeBytes < limits.lowFreeBytes) {
    for (const clip of [...kept])
      if (isExpendable(clip.standing) && freeBytes < limits.enoughFreeBytes) take(clip, 'disk_low')
    for (const clip of [...kept])
      if (freeBytes < limits.lowFreeBytes)
        take(clip, clip.standing === 'labelled' ? 'labelled' : 'unreviewed')
  }
  return { remove, missingBytes: Math.max(0, limits.lowFreeBytes - freeBytes), overQuota: overQuota.sort() }
}

/** The least worth first, then the oldest. */
const byWorth = (a: StoredClip, b: StoredClip) =>
  rankOf(a.standing) - rankOf(b.standing) ||
  a.changedMs - b.changedMs ||
  (a.alertId < b.alertId ? -1 : a.alertId > b.alertId ? 1 : 0)
