import { AppError } from '../core/errors.ts'

/** Bits of a frame's flags (NUT specification, "frame_code"). */
export const nutFlags = {
  codedPts: 8,
  streamId: 16,
  sizeMsb: 32,
  checksum: 64,
  reserved: 128,
  sideData: 256,
  headerIndex: 1024,
  matchTime: 2048,
  coded: 4096,
  invalid: 8192,
} as const

export interface FrameCode {
  readonly flags: number
  readonly streamId: number
  readonly sizeMultiplier: number
  readonly sizeLsb: number
  readonly ptsDelta: number
  readonly reservedCount: number
}

export interface NutHeader {
  readonly timeBases: readonly { readonly numerator: number; readonly denominator: number }[]
  readonly frameCodes: readonly FrameCode[]
  /** Length of each elision header; nothing here may use any but number 0, which is empty. */
  readonly elisionLengths: readonly number[]
}

export interface NutStream {
  readonly streamId: number
  readonly timeBaseId: number
  readonly ptsShift: number
  /** Sample aspect ratio of a video stream, or null. */
  readonly pixelAspect: number | null
}

/** The specification says "msb_pts_shift should be ≤ 16"; ffmpeg writes 7 or 14. */
const mostPtsShift = 30

/** Reads the numbers of NUT from bytes that are all there. */
export class NutNumbers {
  readonly bytes: Uint8Array
  at: number
  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes
    this.at = at
  }

  /**
   * A `v`: seven bits a byte, most significant first. Throws RangeError past the end, MEDIA_MALFORMED for a number
   * that no ffmpeg writes and that could not be told from its neighbours.
   */
  unsigned(): number {
    let value = 0
    for (;;) {
      if (this.at >= this.bytes.length) throw new RangeError('more bytes are needed')
      const byte = this.bytes[this.at]!
      this.at += 1
      value = value * 128 + (byte & 127)
      if (value > Number.MAX_SAFE_INTEGER)
        throw new AppError('MEDIA_MALFORMED', 'NUT: a number of over 53 bits')
      if (byte < 128) return value
    }
  }

  /** An `s`: as `v`, with the sign in the lowest bit. */
  signed(): number {
    const value = this.unsigned() + 1
    return value % 2 === 1 ? -(value - 1) / 2 : value / 2
  }

  skip(count: number): void {
    this.at += count
    if (this.at > this.bytes.length) throw new RangeError('more bytes are needed')
  }
}

/** The main header's table of what each of the 256 frame codes stands for. */
export function parseMainHeader(numbers: NutNumbers): NutHeader {
  const version = numbers.unsigned()
  if (version > 3) numbers.unsigned()
  numbers.unsigned() // stream count
  numbers.unsigned() // max distance
  const timeBases = Array.from({ length: numbers.unsigned() }, () => ({
    numerator: numbers.unsigned(),
    denominator: numbers.unsigned(),
  }))
  if (timeBases.some(({ numerator, denominator }) => numerator === 0 || denominator === 0))
    throw new AppError('MEDIA_MALFORMED', 'NUT: a time base of zero')
  if (timeBases.length === 0) throw new AppError('MEDIA_MALFORMED', 'NUT: no time base')
  const frameCodes: FrameCode[] = []
  let ptsDelta = 0
  let sizeMultiplier = 1
  let streamId = 0
  while (frameCodes.length < 256) {
    const flags = numbers.unsigned()
    const fields = numbers.unsigned()
    if (fields > 0) ptsDelta = numbers.signed()
    if (fields > 1) sizeMultiplier = numbers.unsigned()
    if (fields > 2) streamId = numbers.unsigned()
    const sizeLsb = fields > 3 ? numbers.unsigned() : 0
    const reservedCount = fields > 4 ? numbers.unsigned() : 0
    const count = fields > 5 ? numbers.unsigned() : sizeMultiplier - sizeLsb
    if (fields > 6) numbers.signed()
    for (let field = 7; field < fields; field += 1) numbers.unsigned()
    if (count < 1) throw new AppError('MEDIA_MALFORMED', 'NUT: an empty run in the table of frame codes')
    for (let step = 0; step < count && frameCodes.length < 256; step += 1) {
      // 'N' begins every start code, so it can be no frame code.
      if (frameCodes.length === 0x4e) {
        frameCodes.push({
          flags: nutFlags.invalid,
          streamId: 0,
          sizeMultiplier: 1,
          sizeLsb: 0,
          ptsDelta: 0,
          reservedCount: 0,
        })
      }
      frameCodes.push({ flags, streamId, sizeMultiplier, sizeLsb: sizeLsb + step, ptsDelta, reservedCount })
    }
  }
  const elisionLengths = [0]
  const more = numbers.at < numbers.bytes.length ? numbers.unsigned() : 0
  for (let index = 0; index < more; index += 1) {
    const length = numbers.unsigned()
    elisionLengths.push(length)
    numbers.skip(length)
  }
  return { timeBases, frameCodes, elisionLengths }
}

/** @param header the main header, which comes first. Throws MEDIA_MALFORMED for a time base that is not in it. */
export function parseStreamHeader(numbers: NutNumbers, header: NutHeader): NutStream {
  const streamId = numbers.unsigned()
  const isVideo = numbers.unsigned() === 0
  numbers.skip(numbers.unsigned()) // fourcc
  const timeBaseId = numbers.unsigned()
  const ptsShift = numbers.unsigned()
  if (timeBaseId >= header.timeBases.length)
    throw new AppError('MEDIA_MALFORMED', `NUT: time base ${timeBaseId} of ${header.timeBases.length}`)
  if (ptsShift > mostPtsShift)
    throw new AppError('MEDIA_MALFORMED', `NUT: timestamps with ${ptsShift} low bits`)
  return { streamId, timeBaseId, ptsShift, pixelAspect: isVideo ? pixelAspectOf(numbers) : null }
}

/** What follows in the header of a video stream. One that ends before has none. */
function pixelAspectOf(numbers: NutNumbers): number | null {
  try {
    numbers.unsigned() // max pts distance
    numbers.unsigned() // decode delay
    numbers.unsigned() // flags
    numbers.skip(numbers.unsigned()) // codec specific data
    numbers.unsigned() // width
    numbers.unsigned() // height
    const [width, height] = [numbers.unsigned(), numbers.unsigned()]
    return width > 0 && height > 0 ? width / height : null
  } catch (thrown) {
    if (thrown instanceof RangeError) return null
    throw thrown
  }
}
