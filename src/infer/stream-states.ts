import type { Bundle } from '../bundle/bundle-schema.ts'
import { type Clip, clipSource } from '../core/clip.ts'
import { longestStepUs } from '../core/time/longest-step.ts'

/** The state tensors of a stream model, kept for each camera between calls. */
export interface StreamStates {
  /**
   * States for a batch in the order of `bundle.states`, each of shape [slots, ...shape]: a camera whose tubelet
   * follows on from its last one gets what the last call returned, any other starts at zeros. Rows beyond the clips
   * are zeros. A batch holds at most one tubelet of a camera. Changes nothing, so that a batch can be tried again.
   */
  pack(clips: readonly Clip[], slots: number): Float32Array<ArrayBuffer>[]
  /** Keeps what a call returned, and says of each clip whether its scores count (its warm-up is over). */
  keep(clips: readonly Clip[], states: readonly Float32Array[]): boolean[]
  /** The next tubelet of this source (see clipSource) starts at zeros. */
  reset(source: string): void
}

interface Kept {
  readonly epoch: number
  readonly firstPtsUs: number
  readonly lastPtsUs: number
  readonly lastSeq: number
  readonly arrivalMonoMs: number
  readonly states: readonly Float32Array[]
  /** Calls since it started at zeros. */
  readonly calls: number
}

/** A camera that has been silent this long, by arrival of its frames, is forgotten when another one appears. */
const forgetMs = 600_000

export function createStreamStates(
  bundle: Pick<Bundle, 'states' | 'temporal' | 'warmupClips'>,
): StreamStates {
  const { temporal, warmupClips } = bundle
  const lengths = bundle.states.map(({ shape }) => shape.reduce((product, size) => product * size, 1))
  const cameras = new Map<string, Kept>()

  const continued = (clip: Clip): Kept | null => {
    const kept = cameras.get(clipSource(clip))
    return kept && followsOn(kept, clip, temporal) ? kept : null
  }
  const forgetSilent = (nowMs: number) => {
    for (const [id, { arrivalMonoMs }] of cameras) if (nowMs - arrivalMonoMs > forgetMs) cameras.delete(id)
  }

  return {
    pack(clips, slots) {
      const packed = lengths.map((length) => new Float32Array(length * slots))
      for (const [row, clip] of clips.entries())
        for (const [at, state] of (continued(clip)?.states ?? []).entries())
          packed[at]!.set(state, row * lengths[at]!)
      return packed
    },
    keep(clips, states) {
      return clips.map((clip, row) => {
        const calls = (continued(clip)?.calls ?? 0) + 1
        if (!cameras.has(clipSource(clip))) forgetSilent(clip.lastArrivalMonoMs)
        cameras.set(clipSource(clip), {
          epoch: clip.epoch,
          firstPtsUs: clip.firstPtsUs,
          lastPtsUs: clip.lastPtsUs,
          lastSeq: clip.frames.at(-1)!.seq,
          arrivalMonoMs: clip.lastArrivalMonoMs,
          states: states.map((state, at) => state.slice(row * lengths[at]!, (row + 1) * lengths[at]!)),
          calls,
        })
        return calls > warmupClips
      })
    },
    reset: (source) => void cameras.delete(source),
  }
}

/**
 * Whether nothing is missing between two tubelets. PTS alone cannot tell: one of a slow camera may rightly repeat
 * frames, so neighbours by sequence number are trusted unless a gap lies between them.
 */
function followsOn(before: Kept, clip: Clip, temporal: Bundle['temporal']): boolean {
  const periodUs = 1e6 / temporal.sampleFps
  const stepUs = clip.firstPtsUs - before.lastPtsUs
  if (before.epoch !== clip.epoch || stepUs < 0) return false
  if (stepUs > longestStepUs(temporal.sampleFps)) return false
  const neighbours = clip.frames[0]!.seq - before.lastSeq <= 1
  return neighbours || clip.firstPtsUs - before.firstPtsUs <= 1.75 * temporal.frames * periodUs
}
