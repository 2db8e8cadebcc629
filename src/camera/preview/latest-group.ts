import type { Fragment } from '../../core/frame.ts'

/** The init segment of a stream and its media from the last keyframe on: what somebody needs who begins to look now. */
export interface LatestGroup {
  /** Whether it was taken: what no decoder can use is not. */
  push(fragment: Fragment): boolean
  readonly init: Fragment | null
  readonly media: readonly Fragment[]
  clear(): void
}

/**
 * Keeps references, no copies: where clips are recorded, the same bytes are in the ring of the pre-roll.
 *
 * @param mostBytes a group that grows larger is let go; it goes on with the next keyframe
 */
export function createLatestGroup(mostBytes = 16 * 1024 * 1024): LatestGroup {
  let init: Fragment | null = null
  let media: Fragment[] = []
  let bytes = 0
  /** The group grew too large: what comes does not belong to what is held. */
  let broken = false

  return {
    push(fragment) {
      if (fragment.kind === 'init') {
        init = fragment
        media = []
        bytes = 0
        broken = false
        return true
      }
      if (init?.epoch !== fragment.epoch) return false
      if (fragment.keyframe) {
        media = []
        bytes = 0
        broken = false
      } else if (media.length === 0 && !broken) return false
      bytes += fragment.data.length
      if (bytes > mostBytes && !fragment.keyframe) {
        broken = true
        media = []
      }
      if (!broken) media.push(fragment)
      return true
    },
    get init() {
      return init
    },
    get media() {
      return media
    },
    clear() {
      init = null
      media = []
      bytes = 0
      broken = false
    },
  }
}
