export interface ClipQueueOptions {
  /** Clips that may wait for one camera; beyond it the oldest makes way. */
  readonly perCamera: number
  /** True for models that carry state: at most one clip of a camera is out at a time, until `release`. */
  readonly sequential: boolean
}

/** Clips that wait for one model, by camera. Holds at most `perCamera` for each, whatever comes in. */
export interface ClipQueue<T> {
  readonly waiting: number
  /** Adds a clip and returns the one that had to make way for it, or null. */
  push(cameraId: string, item: T, nowMs: number): T | null
  /** How many clips `take(most)` would give now. */
  available(most: number): number
  /** Takes up to `most` clips, one of each camera in turn; the next call goes on with the next camera. */
  take(most: number): T[]
  /** A clip of this camera that was taken is done; only a sequential queue needs to know. */
  release(cameraId: string): void
  /** When the longest-waiting clip that could be taken came, or null. */
  oldestMs(): number | null
  /** Whether a camera without a waiting clip can be expected to bring one until `untilMs`, by its own rhythm. */
  expects(nowMs: number, untilMs: number): boolean
  /** Empties the queue and returns what was in it. */
  clear(): T[]
}

interface CameraClips<T> {
  readonly items: { readonly item: T; readonly pushedMs: number }[]
  /** A clip is out and the queue is sequential. */
  held: boolean
  lastMs: number
  /** Time between its last two clips; null before the second. */
  intervalMs: number | null
}

/** A camera that has been silent this long is forgotten when another one appears. */
const forgetMs = 600_000

export function createClipQueue<T>(options: ClipQueueOptions): ClipQueue<T> {
  const { perCamera, sequential } = options
  /** In the order in which cameras are served: a served one goes to the end. */
  const cameras = new Map<string, CameraClips<T>>()
  let waiting = 0

  const forgetSilent = (nowMs: number) => {
    for (const [id, { items, held, lastMs }] of cameras)
      if (items.length === 0 && !held && nowMs - lastMs > forgetMs) cameras.delete(id)
  }
  const arrival = (cameraId: string, nowMs: number): CameraClips<T> => {
    const known = cameras.get(cameraId)
    if (known) {
      known.intervalMs = nowMs - known.lastMs
      known.lastMs = nowMs
      return known
    }
    forgetSilent(nowMs)
    const camera: CameraClips<T> = { items: [], held: false, lastMs: nowMs, intervalMs: null }
    cameras.set(cameraId, camera)
    return camera
  }
  const takeable = ({ items, held }: CameraClips<T>) =>
    held ? 0 : sequential ? Math.min(1, items.length) : items.length

  return {
    get waiting() {
      return waiting
    },
    push(cameraId, item, nowMs) {
      const { items } = arrival(cameraId, nowMs)
      items.push({ item, pushedMs: nowMs })
      if (items.length > perCamera) return items.shift()!.item
      waiting += 1
      return null
    },
    available(most) {
      let count = 0
      for (const camera of cameras.values()) count += takeable(camera)
      return Math.min(most, count)
    },
    take(most) {
      const taken: T[] = []
      let before = -1
      while (taken.length < most && taken.length > before) {
        before = taken.length
        for (const [cameraId, camera] of [...cameras]) {
          if (taken.length === most) break
          if (takeable(camera) === 0) continue
          taken.push(camera.items.shift()!.item)
          camera.held = sequential
          cameras.delete(cameraId)
          cameras.set(cameraId, camera)
        }
      }
      waiting -= taken.length
      return taken
    },
    release(cameraId) {
      const camera = cameras.get(cameraId)
      if (camera) camera.held = false
    },
    oldestMs() {
      let oldest: number | null = null
      for (const camera of cameras.values())
        if (takeable(camera) > 0)
          oldest = Math.min(oldest ?? Number.POSITIVE_INFINITY, camera.items[0]!.pushedMs)
      return oldest
    },
    expects(nowMs, untilMs) {
      for (const { items, held, lastMs, intervalMs } of cameras.values()) {
        if (items.length > 0 || held || intervalMs === null) continue
        const dueMs = lastMs + intervalMs
        // Late by more than half its rhythm: it has gone quiet, and nobody waits for it.
        if (dueMs <= untilMs && nowMs <= dueMs + intervalMs / 2) return true
      }
      return false
    },
    clear() {
      waiting = 0
      return [...cameras.values()].flatMap(({ items }) => items.splice(0).map(({ item }) => item))
    },
  }
}
