/** So many at once, and one more each so many milliseconds. */
export interface Allowance {
  readonly burst: number
  readonly perMs: number
}

/** How full it was when last looked at; it sinks by one each `perMs`. */
export interface Bucket {
  level: number
  atMs: number
}

export const levelOf = ({ level, atMs }: Bucket, { perMs }: Allowance, nowMs: number): number =>
  Math.max(0, level - (nowMs - atMs) / perMs)

/** How long until there is room for one more; 0: there is. */
export const waitMsOf = (bucket: Bucket, allowance: Allowance, nowMs: number): number =>
  Math.max(0, (levelOf(bucket, allowance, nowMs) + 1 - allowance.burst) * allowance.perMs)

/** Adds to it, or takes from it again. */
export function fill(bucket: Bucket, allowance: Allowance, nowMs: number, count = 1): void {
  bucket.level = Math.max(0, levelOf(bucket, allowance, nowMs) + count)
  bucket.atMs = nowMs
}
