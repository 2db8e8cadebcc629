import type { CameraConfig } from '../../config/schema.ts'
import type { Failure } from '../classify-failure.ts'

/** How long a connection may take until its first packet. */
export const connectTimeoutMs = 15_000
/** How long packets may come without a picture: keyframes of some encoders are a minute apart. */
const keyframeTimeoutMs = 150_000
/** Packets come, but no picture: from when on that is told, and how often it is looked. */
const waitingAfterMs = 3000

export type Opening =
  | { readonly kind: 'wait'; readonly againMs: number; readonly forKeyframe: boolean }
  | { readonly kind: 'give up'; readonly failure: Failure }

/**
 * What to make of a connection that gave no picture yet. Packets that come are a camera that is there, and whose keyframe is
 * waited for.
 */
export function watchOpening(options: {
  readonly nowMonoMs: number
  readonly connectMonoMs: number
  /** The last sign of a packet, or null. */
  readonly packetMonoMs: number | null
  readonly stallTimeoutMs: number
  readonly transport: CameraConfig['transport'] | null
}): Opening {
  const { nowMonoMs, connectMonoMs, packetMonoMs, transport } = options
  const limitMs = Math.max(connectTimeoutMs, options.stallTimeoutMs)
  const waitedMs = nowMonoMs - connectMonoMs
  const silentMs = nowMonoMs - (packetMonoMs ?? connectMonoMs)
  if (silentMs < limitMs && waitedMs < keyframeTimeoutMs) {
    const forKeyframe = packetMonoMs !== null && silentMs < waitingAfterMs && waitedMs >= waitingAfterMs
    return { kind: 'wait', againMs: Math.min(limitMs - silentMs, waitingAfterMs), forKeyframe }
  }
  return {
    kind: 'give up',
    failure: packetMonoMs === null ? unanswered(transport, limitMs) : blind(waitedMs),
  }
}

function unanswered(transport: CameraConfig['transport'] | null, limitMs: number): Failure {
  const time = `${Math.round(limitMs / 100) / 10} s`
  const reason = `the camera does not answer: nothing came for ${time}`
  if (transport !== 'udp') return { code: 'CAMERA_UNREACHABLE', reason }
  return {
    code: 'CAMERA_TRANSPORT',
    reason: `nothing came over UDP for ${time}; a firewall may stop it (transport: udp)`,
  }
}

function blind(waitedMs: number): Failure {
  return {
    code: 'MEDIA_NO_VIDEO',
    reason: `packets arrive, but none that can be decoded for ${Math.round(waitedMs / 1000)} s`,
  }
}
