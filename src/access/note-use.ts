/** Use is noted so often at most: it is a write to the disk. */
const everyMs = 60_000

/** Notes that a session or token is used, if that was not noted lately. A full disk keeps nobody from looking. */
export function noteUse(usedMs: number | null, nowMs: number, touch: (nowMs: number) => void): void {
  if (usedMs !== null && nowMs - usedMs < everyMs) return
  try {
    touch(nowMs)
  } catch {
    // It is noted the next time.
  }
}
