import type { CameraConfig } from '../../config/schema.ts'
import type { ErrorCode } from '../../core/errors.ts'
import type { Failure } from '../classify-failure.ts'
import type { Timing } from '../ffmpeg-arguments.ts'

/** What a connection is asked for. */
export interface Asked {
  readonly sound: boolean
  readonly record: boolean
  readonly transport: CameraConfig['transport']
  readonly timing: Timing
}

/**
 * What a camera has taught: what it refused, or cannot give, is not asked of it again for a while, so that it gives the
 * rest. Each is tried again after an hour, because cameras are set up anew.
 */
export interface ConnectionPlan {
  next(monoMs: number): Asked
  /**
   * Takes in why a connection ended before any picture. `at once`: the next one is asked for something else, and counts as
   * the same; `later`: as `at once`, after the usual wait; null: nothing was learnt.
   */
  learn(failure: Failure, asked: Asked, monoMs: number): 'at once' | 'later' | null
  /** The camera's clock made a step. Cameras that do so often are given the times of arrival. */
  stepped(monoMs: number): void
}

/** How long something is not asked for. */
const forgetMs = 3_600_000
/** So many steps of the clock in so long a time are no setting of a clock. */
const restless = { steps: 3, withinMs: 600_000 }
/** How a connection ends, before any picture, when the sound cannot be had. */
export const openingCodes: readonly ErrorCode[] = ['MEDIA_NO_VIDEO', 'MEDIA_FFMPEG_FAILED']

export function createConnectionPlan(wanted: Omit<Asked, 'timing'>): ConnectionPlan {
  /** Until when each is not asked for, on the monotonic clock. */
  const until = { deaf: 0, unrecorded: 0, otherTransport: 0, arrival: 0 }
  let steps: number[] = []
  const other = wanted.transport === 'tcp' ? 'udp' : 'tcp'

  return {
    next: (monoMs) => ({
      sound: wanted.sound && monoMs >= until.deaf,
      record: wanted.record && monoMs >= until.unrecorded,
      transport: monoMs < until.otherTransport ? other : wanted.transport,
      timing: monoMs < until.arrival ? 'arrival' : 'source',
    }),
    learn({ code }, asked, monoMs) {
      if (code === 'MEDIA_UNRECORDABLE' && asked.record) {
        until.unrecorded = monoMs + forgetMs
        return 'at once'
      }
      if (code === 'CAMERA_TRANSPORT') {
        const first = asked.transport === wanted.transport
        until.otherTransport = first ? monoMs + forgetMs : 0
        return first ? 'at once' : 'later'
      }
      if (!openingCodes.includes(code)) return null
      if (asked.sound) {
        until.deaf = monoMs + forgetMs
        return 'at once'
      }
      // It failed without sound as well: sound was not the reason.
      until.deaf = 0
      return null
    },
    stepped(monoMs) {
      steps = [...steps.filter((atMs) => monoMs - atMs < restless.withinMs), monoMs]
      if (steps.length >= restless.steps) until.arrival = monoMs + forgetMs
    },
  }
}
