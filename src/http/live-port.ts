/** The stream of a camera: the small one that is analysed, or the large one beside it (the same where there is one). */
export const liveStreams = ['sub', 'main'] as const
/** How it comes: the camera's own packets in MP4, MPEG-1 in a transport stream, or single JPEG pictures. */
export const liveModes = ['mse', 'mpeg1', 'mjpeg'] as const

export interface LiveWish {
  readonly cameraId: string
  readonly stream: (typeof liveStreams)[number]
  readonly mode: (typeof liveModes)[number]
}

/** What somebody who looks at a camera is told beside its pictures. */
export type LiveMessage =
  | {
      /** A stream begins, or begins anew. In mode mse the init segment follows, then media from a keyframe on. */
      readonly type: 'hello'
      readonly mode: LiveWish['mode']
      readonly stream: LiveWish['stream']
      /** As MediaSource wants it, such as `avc1.64001f`; null for what no browser plays out of MP4. */
      readonly codec: string | null
      readonly widthPx: number
      readonly heightPx: number
      /** Connection of the camera; scenes of the same one have the times of the media. */
      readonly epoch: number
      /** Whether media time is the time of scenes. If not, they are joined by when things arrived here. */
      readonly sameLine: boolean
    }
  | {
      readonly type: 'state'
      readonly state: 'connecting' | 'live' | 'stalled' | 'offline' | 'paused' | 'removed'
      readonly reason: string
      readonly code: string | null
      readonly sinceMs: number
    }
  | {
      /** When the media time 0 of this connection arrived here, and what time it is here; about once a second. */
      readonly type: 'clock'
      readonly epoch: number
      readonly zeroMs: number
      readonly nowMs: number
    }

export interface LiveLooker {
  tell(message: LiveMessage): void
  /** Media: `opens` where a decoder can begin, `init` for what it needs before. */
  show(bytes: Uint8Array, part: 'init' | 'opens' | 'goes-on'): void
}

export interface LivePicture {
  readonly jpeg: Uint8Array
  /** How old it is, milliseconds. */
  readonly ageMs: number
}

/** Boxes are [x, y, width, height] in shares of the picture, points of the body [x, y, score]. */
export interface SceneMessage {
  readonly type: 'scene'
  readonly camera: string
  readonly epoch: number
  readonly ptsUs: number
  /** When its frame arrived here. */
  readonly atMs: number
  readonly tracks: readonly SceneTrack[]
  /** What models say of the whole picture. */
  readonly scores: readonly SceneScore[]
}

export interface SceneTrack {
  readonly id: string
  readonly label: string
  readonly score: number
  readonly seen: boolean
  readonly box: readonly [number, number, number, number]
  readonly posture?: string
  readonly body?: readonly (readonly [number, number, number])[]
  readonly actions?: readonly SceneScore[]
}

export interface SceneScore {
  readonly model: string
  readonly label: string
  readonly score: number
}

/** Zones and lines of a camera, in shares of its picture; told first, and again when they change. */
export interface PlacesMessage {
  readonly type: 'places'
  readonly camera: string
  readonly zones: readonly {
    readonly name: string
    readonly points: readonly (readonly [number, number])[]
  }[]
  readonly lines: readonly {
    readonly name: string
    readonly from: readonly [number, number]
    readonly to: readonly [number, number]
  }[]
}

/** The cameras as they are seen now; the pipelines implement it. Nothing is made while nobody looks. */
export interface LivePort {
  /** Whether there is such a camera, paused ones included. */
  has(cameraId: string): boolean
  /** Shows a camera until the returned function is called. */
  look(wish: LiveWish, looker: LiveLooker): () => void
  /** Tells what is seen on cameras until the returned function is called; of those alone that there are. */
  scenes(cameraIds: readonly string[], tell: (message: SceneMessage | PlacesMessage) => void): () => void
  /** @throws AppError CAMERA_NOT_FOUND, CAMERA_STALLED when there is none to be had */
  picture(cameraId: string): Promise<LivePicture>
}
