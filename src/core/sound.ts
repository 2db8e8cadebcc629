/** Samples a second of all sound inside Vireo. */
export const soundRateHz = 16_000

/** A piece of a camera's sound: mono, 16 bits, little-endian, at `soundRateHz`. Its bytes are never written again. */
export interface SoundBlock {
  readonly cameraId: string
  /** The connection, as in Frame: sound and pictures of one epoch share a time line. */
  readonly epoch: number
  /** Presentation time of the first sample, microseconds. */
  readonly ptsUs: number
  /** Wall clock when the last byte arrived, milliseconds since the Unix epoch. */
  readonly arrivalMs: number
  /** Monotonic clock at the same moment, milliseconds. */
  readonly arrivalMonoMs: number
  readonly data: Uint8Array
}

/** How long so many bytes of sound last, microseconds. */
export function soundDurationUs(bytes: number): number {
  return (bytes / 2 / soundRateHz) * 1e6
}
