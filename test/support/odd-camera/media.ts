export type MediaCodec = 'h264' | 'h265' | 'vp8' | 'mjpeg'

/** One coded picture as a camera sends it. Times are in ticks of 90 kHz, as RTP counts them. */
export interface MediaUnit {
  readonly ptsTicks: number
  /** When it is sent: pictures are sent in the order in which they are decoded. */
  readonly dtsTicks: number
  readonly keyframe: boolean
  /** NAL units of H.264 and H.265; else the whole picture. */
  readonly parts: readonly Buffer[]
}

/** A video that was encoded beforehand, picture by picture. */
export interface Media {
  readonly codec: MediaCodec
  readonly fps: number
  readonly widthPx: number
  readonly heightPx: number
  readonly units: readonly MediaUnit[]
  /** The file that the pictures are of. */
  readonly file: string
}

export const ticksPerSecond = 90_000

/** Type of a NAL unit of H.264 or H.265. */
export function nalType(codec: MediaCodec, nal: Uint8Array): number {
  return codec === 'h265' ? (nal[0]! >> 1) & 63 : nal[0]! & 31
}

/** Whether a NAL unit holds a parameter set: what a decoder needs before the first picture. */
export function isParameterSet(codec: MediaCodec, nal: Uint8Array): boolean {
  const type = nalType(codec, nal)
  return codec === 'h265' ? type >= 32 && type <= 34 : codec === 'h264' && (type === 7 || type === 8)
}

/** The parameter sets of the first picture. */
export function parameterSetsOf({ codec, units }: Media): Buffer[] {
  return units[0]!.parts.filter((part) => isParameterSet(codec, part))
}
