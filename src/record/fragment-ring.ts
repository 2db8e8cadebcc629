import type { Fragment } from '../core/frame.ts'
import { countDrop, type Telemetry } from '../core/telemetry-port.ts'
import { goesOn } from './goes-on.ts'

export interface FragmentRingOptions {
  readonly cameraId: string
  /** How far back it reaches, milliseconds of media. It holds up to one group of pictures more. */
  readonly keepMs: number
  /** Most bytes of media that it holds. */
  readonly maxBytes: number
  readonly telemetry: Telemetry
}

export interface FragmentRing {
  /** What became of a fragment: `started` for an init segment that began the ring anew. */
  push(fragment: Fragment): 'kept' | 'started' | 'dropped'
  /**
   * The init segment and the media from the last keyframe at or before `ptsUs`; from the oldest keyframe when that
   * one is gone. Only the init segment when no keyframe has come, nothing when no init segment has.
   */
  since(ptsUs: number): readonly Fragment[]
  /** Connection that the media belongs to; 0 before the first. */
  readonly epoch: number
  /** Bytes of media held. */
  readonly bytes: number
}

/** A keyframe fragment and those that depend on it. */
interface Group {
  readonly fragments: Fragment[]
  readonly firstPtsUs: number
  bytes: number
}

/**
 * The latest media of one camera in memory, always beginning at a keyframe, so that a clip can start before its
 * cause. A new connection or another init segment starts it anew: their media share no decoder state. What is
 * merely too old goes silently; whatever else is discarded is counted.
 */
export function createFragmentRing(options: FragmentRingOptions): FragmentRing {
  const { cameraId, keepMs, maxBytes, telemetry } = options
  let init: Fragment | null = null
  let groups: Group[] = []
  let bytes = 0
  let endPtsUs = Number.NEGATIVE_INFINITY

  const drop = (reason: string, count: number) =>
    countDrop(telemetry, { stage: 'record', reason, cameraId, count })
  const clear = () => {
    groups = []
    bytes = 0
    endPtsUs = Number.NEGATIVE_INFINITY
  }
  const evictOldest = () => {
    const oldest = groups.shift()!
    bytes -= oldest.bytes
    return oldest.fragments.length
  }

  const trim = () => {
    const fromUs = endPtsUs - keepMs * 1000
    while (groups.length > 1 && groups[1]!.firstPtsUs <= fromUs) evictOldest()
    let lost = 0
    while (bytes > maxBytes && groups.length > 0) lost += evictOldest()
    if (lost > 0) drop('ring_bytes', lost)
  }

  return {
    push(fragment) {
      if (fragment.kind === 'init') {
        const same = init?.epoch === fragment.epoch && Buffer.compare(init.data, fragment.data) === 0
        if (same) return 'kept'
        init = fragment
        clear()
        return 'started'
      }
      if (init?.epoch !== fragment.epoch) {
        drop('no_init', 1)
        return 'dropped'
      }
      // Time jumped: what is held and what comes now can not be one piece.
      if (bytes > 0 && !goesOn(endPtsUs, fragment)) clear()
      if (fragment.keyframe) groups.push({ fragments: [], firstPtsUs: fragment.ptsUs, bytes: 0 })
      const group = groups.at(-1)
      if (!group) {
        drop('no_keyframe', 1)
        return 'dropped'
      }
      group.fragments.push(fragment)
      group.bytes += fragment.data.length
      bytes += fragment.data.length
      endPtsUs = Math.max(endPtsUs, fragment.ptsUs + fragment.durationUs)
      trim()
      return groups.length > 0 ? 'kept' : 'dropped'
    },
    since(ptsUs) {
      if (!init) return []
      const at = groups.findLastIndex(({ firstPtsUs }) => firstPtsUs <= ptsUs)
      return [init, ...groups.slice(Math.max(0, at)).flatMap(({ fragments }) => fragments)]
    },
    get epoch() {
      return init?.epoch ?? 0
    },
    get bytes() {
      return bytes
    },
  }
}
