import { AppError } from '../core/errors.ts'
import type { Fragment } from '../core/frame.ts'
import { mediaTimescale, readFragmentHead } from './fragment-boxes.ts'

export type FragmentBody = Pick<Fragment, 'kind' | 'keyframe' | 'ptsUs' | 'durationUs' | 'data'>

/** A fragment of 200 ms is far smaller; more means that the bytes are not what they should be. */
const mostBytes = 64 * 1024 * 1024

/**
 * Cuts ffmpeg's fragmented MP4 (ISO/IEC 14496-12) into the initialisation segment (ftyp + moov) and one piece
 * for every moof + mdat. Holds at most one incomplete fragment.
 *
 * @throws AppError MEDIA_MALFORMED from `push` when the bytes are no fragmented MP4.
 */
export function createFragmentReader(onFragment: (fragment: FragmentBody) => void): {
  push(chunk: Uint8Array): void
} {
  let chunks: Uint8Array[] = []
  let gathered = 0
  let wanted = 8
  let parts: Uint8Array[] = []
  let timescale = 0

  const box = (type: string, bytes: Uint8Array): void => {
    if (type === 'ftyp' || type === 'moof') parts = [bytes]
    else if (type === 'moov') {
      timescale = mediaTimescale(bytes)
      if (timescale === 0)
        throw new AppError('MEDIA_MALFORMED', 'the recording from ffmpeg has no time scale')
      onFragment({
        kind: 'init',
        keyframe: false,
        ptsUs: 0,
        durationUs: 0,
        data: Buffer.concat([...parts, bytes]),
      })
      parts = []
    } else if (type === 'mdat' && parts.length === 1) {
      if (timescale === 0) throw new AppError('MEDIA_MALFORMED', 'the recording from ffmpeg has no moov box')
      const head = readFragmentHead(parts[0]!, timescale)
      onFragment({ kind: 'media', ...head, data: Buffer.concat([parts[0]!, bytes]) })
      parts = []
    }
  }

  const whole = (type: string, bytes: Uint8Array): void => {
    try {
      box(type, bytes)
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause
      throw new AppError('MEDIA_MALFORMED', `the recording from ffmpeg has a ${type} box that ends too early`)
    }
  }

  const take = (count: number): Uint8Array => {
    const joined = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
    const rest = joined.subarray(count)
    chunks = rest.length > 0 ? [rest] : []
    gathered = rest.length
    return joined.subarray(0, count)
  }

  return {
    push(chunk) {
      chunks.push(chunk)
      gathered += chunk.length
      while (gathered >= wanted) {
        if (wanted === 8) {
          const head = Buffer.from(chunks[0]!.length >= 8 ? chunks[0]! : Buffer.concat(chunks))
          const size = head.readUInt32BE(0)
          if (size < 8 || size > mostBytes || !/^[a-z0-9]{4}$/.test(head.toString('latin1', 4, 8)))
            throw new AppError('MEDIA_MALFORMED', 'the recording from ffmpeg is no fragmented MP4')
          wanted = size
          if (size === 8) {
            take(8)
            continue
          }
          if (gathered < wanted) return
        }
        const bytes = take(wanted)
        wanted = 8
        whole(Buffer.from(bytes.buffer, bytes.byteOffset + 4, 4).toString('latin1'), bytes)
      }
    },
  }
}
