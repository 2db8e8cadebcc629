import { AppError } from '../core/errors.ts'
import {
  type NutHeader,
  NutNumbers,
  type NutStream,
  nutFlags,
  parseMainHeader,
  parseStreamHeader,
} from './nut-header.ts'
import { sourceTicks } from './time/source-time.ts'

export interface NutReader {
  /** Takes the next bytes, cut anywhere. Calls `onFrame` for every frame that becomes complete. */
  push(chunk: Uint8Array): void
}

const fileId = 'nut/multimedia container\0'
const startCodes = {
  main: 0x4e4d7a561f5f04adn,
  stream: 0x4e5311405bf2f9dbn,
  syncpoint: 0x4e4be4adeeca4569n,
}
/** Most bytes that are gathered while a header is incomplete. */
const mostHeaderBytes = 64 * 1024

/** Most bytes of one frame whose length is not fixed. */
const mostFrameBytes = 1024 * 1024

/**
 * Reads one stream of raw pictures or raw sound in NUT (nut.txt of FFmpeg's NUT specification) as it comes through a pipe.
 * Every frame's bytes are copied once, into a buffer of their own that `onFrame` gets to keep.
 *
 * @param frameBytes the length that every frame must have; null for sound, whose frames differ.
 * @throws AppError MEDIA_MALFORMED from `push` when the bytes are no such stream.
 */
export function createNutReader(options: {
  frameBytes: number | null
  /** `ptsUs`: null where the source has no time; `pixelAspect`: what the stream's header says, or null. */
  onFrame: (data: Uint8Array, ptsUs: number | null, pixelAspect: number | null) => void
}): NutReader {
  const { frameBytes, onFrame } = options
  let gathered: Uint8Array = new Uint8Array(0)
  let started = false
  let header: NutHeader | null = null
  let stream: NutStream | null = null
  let lastPts = 0
  let frame: { data: Uint8Array; filled: number; ptsUs: number | null } | null = null

  const malformed = (what: string) => new AppError('MEDIA_MALFORMED', `frames from ffmpeg: ${what}`)

  /** One header or frame head at the start of `bytes`; its length. Throws RangeError when it is incomplete. */
  const parseNext = (bytes: Uint8Array): number => {
    if (!started) {
      if (bytes.length < fileId.length) throw new RangeError('incomplete')
      if (Buffer.from(bytes.subarray(0, fileId.length)).toString('latin1') !== fileId)
        throw malformed('not a NUT stream')
      started = true
      return fileId.length
    }
    if (bytes.length === 0) throw new RangeError('incomplete')
    return bytes[0] === 0x4e ? parsePacket(bytes) : parseFrameHead(bytes)
  }

  const parsePacket = (bytes: Uint8Array): number => {
    if (bytes.length < 9) throw new RangeError('incomplete')
    const code = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0)
    const numbers = new NutNumbers(bytes, 8)
    const length = numbers.unsigned()
    if (length > mostHeaderBytes || length < 4) throw malformed(`a header of ${length} bytes`)
    if (length > 4096) numbers.skip(4)
    const end = numbers.at + length
    if (bytes.length < end) throw new RangeError('incomplete')
    const body = new NutNumbers(bytes.subarray(0, end - 4), numbers.at)
    try {
      if (code === startCodes.main) {
        header = parseMainHeader(body)
        // Headers come again now and then; the stream's follows and must fit this one.
        stream = null
      } else if (code === startCodes.stream) {
        if (!header) throw malformed('a stream before the main header')
        stream = parseStreamHeader(body, header)
      } else if (code === startCodes.syncpoint) lastPts = syncpointPts(body)
    } catch (cause) {
      if (cause instanceof RangeError) throw malformed('a header that ends too early')
      throw cause
    }
    return end
  }

  const syncpointPts = (numbers: NutNumbers): number => {
    if (!header || !stream) throw malformed('a syncpoint before the headers')
    const coded = numbers.unsigned()
    const base = coded % header.timeBases.length
    const from = header.timeBases[base]!
    const to = header.timeBases[stream.timeBaseId]!
    const value = Math.floor(coded / header.timeBases.length)
    if (base === stream.timeBaseId) return value
    return Math.floor((value * from.numerator * to.denominator) / (from.denominator * to.numerator))
  }

  const parseFrameHead = (bytes: Uint8Array): number => {
    if (!header || !stream) throw malformed('a frame before the headers')
    const code = header.frameCodes[bytes[0]!]!
    const numbers = new NutNumbers(bytes, 1)
    let { flags } = code
    if (flags & nutFlags.invalid) throw malformed('an invalid frame code')
    if (flags & nutFlags.coded) flags ^= numbers.unsigned()
    if (flags & nutFlags.streamId) numbers.unsigned()
    const codedPts = flags & nutFlags.codedPts ? numbers.unsigned() : null
    const msb = flags & nutFlags.sizeMsb ? numbers.unsigned() : 0
    if (flags & nutFlags.matchTime) numbers.signed()
    const elision = flags & nutFlags.headerIndex ? numbers.unsigned() : 0
    const reserved = flags & nutFlags.reserved ? numbers.unsigned() : code.reservedCount
    for (let index = 0; index < reserved; index += 1) numbers.unsigned()
    if (flags & nutFlags.checksum) numbers.skip(4)
    if (flags & nutFlags.sideData || (header.elisionLengths[elision] ?? 0) > 0)
      throw malformed('a frame with side data or an elided head')
    const size = code.sizeLsb + msb * code.sizeMultiplier
    if (size !== (frameBytes ?? size) || size > Math.max(frameBytes ?? 0, mostFrameBytes))
      throw malformed(`a frame of ${size} bytes instead of ${frameBytes ?? `at most ${mostFrameBytes}`}`)
    lastPts = codedPts === null ? lastPts + code.ptsDelta : fullPts(codedPts, lastPts, stream.ptsShift)
    const { numerator, denominator } = header.timeBases[stream.timeBaseId]!
    const ticks = sourceTicks(lastPts)
    const ptsUs = ticks === null ? null : Math.round((ticks * numerator * 1e6) / denominator)
    // Not from the shared pool: the frame keeps its buffer.
    frame = { data: new Uint8Array(Buffer.allocUnsafeSlow(size).buffer), filled: 0, ptsUs }
    return numbers.at
  }

  return {
    push(chunk) {
      let rest = chunk
      while (rest.length > 0) {
        if (frame) {
          const take = Math.min(frame.data.length - frame.filled, rest.length)
          frame.data.set(take === rest.length ? rest : rest.subarray(0, take), frame.filled)
          frame.filled += take
          rest = rest.subarray(take)
          if (frame.filled < frame.data.length) return
          const { data, ptsUs } = frame
          frame = null
          onFrame(data, ptsUs, stream?.pixelAspect ?? null)
          continue
        }
        const joined = gathered.length > 0 ? Buffer.concat([gathered, rest]) : rest
        try {
          const used = parseNext(joined)
          rest = joined.subarray(used)
          gathered = new Uint8Array(0)
        } catch (thrown) {
          if (!(thrown instanceof RangeError)) throw thrown
          if (joined.length > mostHeaderBytes) throw malformed('no header in 64 KiB')
          gathered = Uint8Array.from(joined)
          return
        }
      }
    },
  }
}

/** The full timestamp from its coded form: low bits nearest to the last one, or the whole value plus 2^shift. */
function fullPts(coded: number, last: number, shift: number): number {
  const span = 2 ** shift
  if (coded >= span) return coded - span
  const base = last - Math.floor((span - 1) / 2)
  return base + ((((coded - base) % span) + span) % span)
}
