import type { FragmentBody } from '../fragment-reader.ts'
import { codecOf, parameterSets, type VideoCodec } from '../parameter-sets.ts'

/**
 * Tells when a camera sends another picture size or profile than before in the same connection. ffmpeg goes on with the old
 * init segment then, and what is recorded could not be decoded.
 */
export function createVideoChange(): (fragment: FragmentBody) => boolean {
  let codec: VideoCodec | null = null
  /** The parameter sets of this connection's last keyframe. */
  let sets: string | null = null
  return (fragment) => {
    if (fragment.kind === 'init') {
      codec = codecOf(fragment.data)
      sets = null
      return false
    }
    const now = codec && fragment.keyframe ? parameterSets(fragment.data, codec) : null
    const other = now !== null && sets !== null && now !== sets
    sets = now ?? sets
    return other
  }
}
