/**
 * One decoded picture. `data` is a view of rgb24 bytes, row-major, no padding, length widthPx × heightPx × 3.
 * The bytes are owned by the frame and are never written again once it is emitted.
 */
export interface Frame {
  readonly cameraId: string
  /** Counts connections of this camera in this process, from 1. Frames of different epochs share no time line. */
  readonly epoch: number
  /** Counts frames within the epoch, from 0. */
  readonly seq: number
  /** Presentation time on the source's clock, microseconds; comparable only within one epoch. */
  readonly ptsUs: number
  /** Wall clock when the last byte arrived, milliseconds since the Unix epoch. */
  readonly arrivalMs: number
  /** Monotonic clock at the same moment, milliseconds; for latencies. */
  readonly arrivalMonoMs: number
  readonly widthPx: number
  readonly heightPx: number
  readonly data: Uint8Array
}

/** A frame with the motion gate's opinion. */
export interface GatedFrame {
  readonly frame: Frame
  /** Share of the picture that changed since the previous frame, 0–1. */
  readonly motion: number
  /** True while there is motion or the hold time after it has not passed. Always true when the gate is off. */
  readonly active: boolean
}

/** Which frames a consumer wants from a camera: one scaled output of the camera's ffmpeg. */
export interface FrameStreamSpec {
  readonly widthPx: number
  readonly heightPx: number
  /** Frames per second to sample. */
  readonly sampleFps: number
}

/** Streams with the same key are decoded and scaled once. */
export function frameStreamKey(spec: FrameStreamSpec): string {
  return `${spec.widthPx}x${spec.heightPx}@${spec.sampleFps}`
}

/** One fragment of the stream-copied recording: the init segment, or a moof+mdat pair. */
export interface Fragment {
  readonly cameraId: string
  readonly epoch: number
  readonly kind: 'init' | 'media'
  /** Whether the first sample of a media fragment is a keyframe. */
  readonly keyframe: boolean
  /** Decode time of the first sample, microseconds on the source's clock; 0 for init. */
  readonly ptsUs: number
  readonly durationUs: number
  readonly arrivalMs: number
  readonly data: Uint8Array
}
