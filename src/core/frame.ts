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
  /** Width of the camera's own picture as a share of its height, as it is shown. Absent: not known. */
  readonly pictureAspect?: number
}

/** A frame with the motion gate's opinion. */
export interface GatedFrame {
  readonly frame: Frame
  /** Share of the picture that changed since the previous frame, 0–1. */
  readonly motion: number
  /** True while there is motion or the hold time after it has not passed. Always true when the gate is off. */
  readonly active: boolean
}

/** Stretched to the wanted size, or scaled evenly with grey (114) to the right and below, or on both sides. */
export type PictureFit = 'stretch' | 'letterbox' | 'letterbox-centre'

/** Which frames a consumer wants from a camera: one scaled output of the camera's ffmpeg. */
export interface FrameStreamSpec {
  readonly widthPx: number
  readonly heightPx: number
  /** Frames per second to sample. */
  readonly sampleFps: number
  /** Absent: stretched. */
  readonly fit?: PictureFit
}

/** Streams with the same key are decoded and scaled once. */
export function frameStreamKey(spec: FrameStreamSpec): string {
  const { fit = 'stretch' } = spec
  return `${spec.widthPx}x${spec.heightPx}@${spec.sampleFps}${fit === 'stretch' ? '' : ` ${fit}`}`
}

/**
 * Where the camera's picture lies in a frame, and its true proportions: a point (x, y) of the frame is
 * ((x − leftPx) × stretchX, y − topPx) of a picture of widthPx × heightPx.
 */
export interface PictureArea {
  readonly leftPx: number
  readonly topPx: number
  readonly stretchX: number
  readonly widthPx: number
  readonly heightPx: number
}

/** @param frame one whose aspect is not known is taken to be 16:9, or as it is when it fills the frame. */
export function pictureArea(
  frame: Pick<Frame, 'widthPx' | 'heightPx' | 'pictureAspect'>,
  fit: PictureFit = 'stretch',
): PictureArea {
  const { widthPx, heightPx, pictureAspect } = frame
  if (fit === 'stretch') {
    const trueWidthPx = heightPx * (pictureAspect ?? widthPx / heightPx)
    return { leftPx: 0, topPx: 0, stretchX: trueWidthPx / widthPx, widthPx: trueWidthPx, heightPx }
  }
  const aspect = pictureAspect ?? 16 / 9
  const wide = aspect >= widthPx / heightPx
  const inner = wide
    ? { widthPx, heightPx: Math.round(widthPx / aspect) }
    : { widthPx: Math.round(heightPx * aspect), heightPx }
  const share = fit === 'letterbox' ? 0 : 0.5
  return {
    leftPx: Math.floor((widthPx - inner.widthPx) * share),
    topPx: Math.floor((heightPx - inner.heightPx) * share),
    stretchX: 1,
    ...inner,
  }
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
