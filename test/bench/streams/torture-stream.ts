import type { CameraState, PictureState } from '../../../src/core/camera-status.ts'
import type { ErrorCode } from '../../../src/core/errors.ts'
import type { OddHttpScript } from '../../support/odd-camera/odd-http-camera.ts'
import type { OddScript } from '../../support/odd-camera/script.ts'

/** Something that the status must say. */
export interface Told {
  /** Second of the script at which the reason for it begins; 0: the start. */
  readonly sinceS: number
  readonly withinS: number
  readonly state?: CameraState
  readonly picture?: PictureState
  readonly code?: ErrorCode | null
  readonly reason?: RegExp
}

export interface TortureStream {
  readonly name: string
  /** How long it is watched, seconds. Its video is as long. */
  readonly seconds: number
  readonly camera: () => Promise<{ rtsp: OddScript } | { http: OddHttpScript }>
  readonly transport?: 'tcp' | 'udp'
  /** Whether a model listens to its sound, too. */
  readonly listens?: boolean
  /** Pictures a second that it sends. Default 25. */
  readonly fps?: number
  /**
   * How many pictures the model wants for each that comes. Default 1.25: each comes although only one is taken of each step
   * of its grid; more where times are those of arrival.
   */
  readonly wants?: number
  /** Longest time between two keyframes, seconds. Default 1. */
  readonly gopS?: number
  /** Time at the beginning of a clip in which no number can be read yet, seconds. */
  readonly unreadableS?: number
  readonly expect: {
    /** Live with pictures within so many seconds, 12 where docs/cameras.md allows no more; null: it never is. */
    readonly liveWithinS: number | null
    readonly told?: readonly Told[]
    /** Codes and pictures that may be told, too. All others but `live` and `ok` are wrong. */
    readonly mayTell?: readonly (ErrorCode | PictureState)[]
    /**
     * numbers: every picture that ffmpeg decodes, by its number; count: as many, where some are broken; flowing: they come in the last five
     * seconds as they are sent; none: nothing comes.
     */
    readonly frames: 'numbers' | 'count' | 'flowing' | 'none'
    /** each: every alert has its whole clip; after: those do that are not about `faultS`; none: there are none. */
    readonly clips: 'each' | 'after' | 'none'
    /** What ffmpeg may say while it decodes the first picture of a clip: more than nothing where packets are lost. */
    readonly complaint?: RegExp
    /** Second of the script at which something breaks. */
    readonly faultS?: number
    /** Within this time after the fault there are new pictures again, seconds. Default 12. */
    readonly recoveredWithinS?: number
  }
}
