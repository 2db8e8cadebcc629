/** What the server says on the sockets of live pictures; see docs/api.md. */
export type StreamName = 'sub' | 'main'
export type SocketMode = 'mse' | 'mpeg1' | 'mjpeg'

export interface Hello {
  readonly type: 'hello'
  readonly codec: string | null
  readonly widthPx: number
  readonly heightPx: number
  readonly epoch: number
  /** Whether media time is the time of scenes. */
  readonly sameLine: boolean
}

export interface CameraNow {
  readonly type: 'state'
  readonly state: 'connecting' | 'live' | 'stalled' | 'offline' | 'paused' | 'removed'
  readonly reason: string
  /** Of docs/errors.md. */
  readonly code: string | null
  readonly sinceMs: number
}

/** When the media time 0 of this connection came to the server. */
export interface ClockNow {
  readonly type: 'clock'
  readonly epoch: number
  readonly zeroMs: number
  readonly nowMs: number
}

export type LiveMessage = Hello | CameraNow | ClockNow | { readonly type: 'skipped'; readonly pieces: number }

export interface Score {
  readonly model: string
  readonly label: string
  readonly score: number
}
export type Box = readonly [x: number, y: number, width: number, height: number]
export type BodyPoint = readonly [x: number, y: number, score: number]

export interface Track {
  readonly id: string
  readonly label: string
  readonly score: number
  readonly seen: boolean
  readonly box: Box
  readonly posture?: string
  readonly body?: readonly BodyPoint[]
  readonly actions?: readonly Score[]
}

export interface Scene {
  readonly type: 'scene'
  readonly camera: string
  readonly epoch: number
  readonly ptsUs: number
  readonly atMs: number
  readonly tracks: readonly Track[]
  readonly scores: readonly Score[]
}

export type Place = readonly [x: number, y: number]
export interface Places {
  readonly type: 'places'
  readonly camera: string
  readonly zones: readonly { readonly name: string; readonly points: readonly Place[] }[]
  readonly lines: readonly { readonly name: string; readonly from: Place; readonly to: Place }[]
}

/** What the server said; null for what is none of these. The rest is as its own version of this page knows it. */
export function readMessage(data: unknown): LiveMessage | Scene | Places | null {
  const said: unknown = typeof data === 'string' ? JSON.parse(data) : null
  return isMessage(said) ? said : null
}

const types = ['hello', 'state', 'clock', 'skipped', 'scene', 'places']
const isMessage = (said: unknown): said is LiveMessage | Scene | Places =>
  typeof said === 'object' && said !== null && 'type' in said && types.includes(String(said.type))
