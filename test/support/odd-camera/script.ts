import type { Media } from './media.ts'

export type RtspMethod = 'OPTIONS' | 'DESCRIBE' | 'SETUP' | 'PLAY' | 'GET_PARAMETER' | 'TEARDOWN'
export type Transport = 'tcp' | 'udp'

/** What is answered to a method instead of what it asks for: a status, nothing at all, or the end of the connection. */
export interface Refusal {
  readonly say: number | 'nothing' | 'close'
  /** How often, before it answers as it should. Absent: always. */
  readonly times?: number
}

/** Something odd that happens so many seconds after the camera's first PLAY. */
export type Step = { readonly atS: number } & (
  | { readonly do: 'stepTimestamps'; readonly byS: number }
  /** Other SSRC, sequence number and base of the timestamps, as after the encoder was started anew. */
  | { readonly do: 'restartEncoder'; readonly base: number }
  | { readonly do: 'jumpSequence'; readonly by: number }
  /** The clock in the sender reports is set; timestamps go on evenly. */
  | { readonly do: 'stepReports'; readonly byS: number }
  /** The network holds everything back, then gives it at once. */
  | { readonly do: 'hold'; readonly forS: number }
  /** Nothing is sent, or no video; what was filmed in this time is lost. */
  | { readonly do: 'mute'; readonly forS: number; readonly only?: 'video' }
  /** Every connection ends; new ones are taken. */
  | { readonly do: 'close' }
  /** Of so many packets in a hundred: lost, sent after the next one, sent twice. */
  | { readonly do: 'lose' | 'swap' | 'repeat'; readonly percent: number; readonly forS: number }
  /** Goes on with another encoding at the same place: from its next keyframe, or in the middle with its parameter sets. */
  | { readonly do: 'show'; readonly media: Media; readonly from: 'keyframe' | 'middle' }
)

/** A camera of RTSP and what is odd about it. */
export interface OddScript {
  /** Null: it has only sound. */
  readonly media: Media | null
  /** A tone in PCMU beside the video. */
  readonly sound?: boolean
  /** Seconds of sound before the first picture. */
  readonly videoAfterS?: number
  /** What the SDP says about the video. `none`: no fmtp at all; `wrong`: parameter sets of another video. */
  readonly sdp?: 'right' | 'none' | { readonly wrong: Media }
  /** Whether parameter sets come before each keyframe. Default true. */
  readonly setsInStream?: boolean
  readonly refusals?: Partial<Record<RtspMethod, Refusal>>
  /** Those that it takes; 461 for others. Default both. */
  readonly transports?: readonly Transport[]
  /** First RTP timestamp. Default 20 million; ffmpeg takes 0 for no timestamp. */
  readonly base?: number
  /** How its timestamps are wrong all the time: they run at another speed, or are up to so much late. */
  readonly timestamps?: { readonly speed?: number; readonly jitterMs?: number }
  /** Seconds between sender reports; 0: none. Default 2. */
  readonly reportEveryS?: number
  /** What a new client gets first. Default its next keyframe. */
  readonly join?: 'keyframe' | 'now'
  /** Second of the video with which the camera begins. Default 0. */
  readonly startS?: number
  readonly steps?: readonly Step[]
}
