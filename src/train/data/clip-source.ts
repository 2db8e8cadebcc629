/** A stretch of footage from which clips can be cut. */
export interface Footage {
  /** What reports call it: a path, or the id of a recorded clip. */
  readonly id: string
  /** Camera and day, person, or source video: what must never be on both sides of a split. */
  readonly group: string
  /** Null for footage without a label. */
  readonly label: string | null
  /** Frames at the source's `sampleFps`. */
  readonly frameCount: number
}

/** Decoded frames of much footage, ready to be cut into clips. */
export interface ClipSource {
  readonly widthPx: number
  readonly heightPx: number
  readonly sampleFps: number
  readonly items: readonly Footage[]
  /**
   * Writes frames `startFrame` … `startFrame + count - 1` of an item to `out`, uint8 [count, H, W, 3]. Where the
   * footage is shorter than that, its last frame is repeated.
   */
  read(item: number, startFrame: number, count: number, out: Uint8Array): void
  close(): void
  /** The same as plain data where there is one: then batches are made in a thread of their own. */
  readonly stored?: StoredClips
}

/** Where the frames of one item lie: rgb24, one after another, in a file or in memory that threads share. */
export type StoredFrames =
  | { readonly path: string; readonly offset: number }
  | { readonly memory: SharedArrayBuffer; readonly offset: number }

/** A clip source as plain data, so that another thread can open it too. */
export interface StoredClips {
  readonly widthPx: number
  readonly heightPx: number
  readonly sampleFps: number
  readonly items: readonly Footage[]
  /** One for each item. */
  readonly frames: readonly StoredFrames[]
}
