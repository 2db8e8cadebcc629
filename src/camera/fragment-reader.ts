import { AppError } from '../core/errors.ts'
import type { Fragment } from '../core/frame.ts'
import { mediaTimescale, readFragmentHead } from './fragment-boxes.ts'

export type FragmentBody = Pick<Fragment, 'kind' | 'keyframe' | 'ptsUs' | 'durationUs' | 'data'>

/** A fragment of 200 ms is far smaller; more means that the bytes are not what they should be. */
const mostBytes = 64 * 1024 * 1024

/**
 * Cuts ffmpeg's fragmented MP4 (ISO/IEC 14496-12) into the initialisation segment (ftyp + moov) and one piece
 * for every moof + mdat. Holds at most one incomplete fragment, and nothing of the chunks that it is given.
 *
 * @throws AppError MEDIA_MALFORMED from `push` when the bytes are no fragmented MP4.
 */
export function createFragmentReader(onFragment: (fragment: FragmentBody) => void): {
  push(chunk: Uint8Array): void
} {
  /** Length and type of the box that comes. */
  const head = Buffer.alloc(8)
  /** What is filled at the moment: the head, or the whole box. */
  let target: Buffer<ArrayBuffer> = head
  let filled = 0
  let parts: Uint8Array[] = []
  let timescale = 0

  const box = (type: string, bytes: Uint8Array<ArrayBuffer>): void => {
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
      const data = new Uint8Array(bytes.buffer, 0, parts[0]!.length + bytes.length)
      onFragment({ kind: 'media', ...readFragmentHead(parts[0]!, timescale), data })
      parts = []
    }
  }

  /** Where a box goes: an mdat right behind its moof, so that nothing is copied when both are there. */
  const place = (type: string, size: number): Buffer<ArrayBuffer> => {
    const before = type === 'mdat' && parts.length === 1 ? parts[0]! : null
    const buffer = Buffer.allocUnsafeSlow((before?.length ?? 0) + size)
    if (before) buffer.set(before)
    return buffer.subarray(before?.length ?? 0)
  }

  const whole = (type: string, bytes: Uint8Array<ArrayBuffer>): void => {
    try {
      box(type, bytes)
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause
      throw new AppError('MEDIA_MALFORMED', `the recording from ffmpeg has a ${type} box that ends too early`)
    }
  }

  return {
    push(chunk) {
      let at = 0
      while (at < chunk.length) {
        const take = Math.min(target.length - filled, chunk.length - at)
        target.set(chunk.subarray(at, at + take), filled)
        filled += take
        at += take
        if (filled < target.length) return
        if (target === head) {
          const size = head.readUInt32BE(0)
          if (size < 8 || size > mostBytes || !/^[a-z0-9]{4}$/.test(head.toString('latin1', 4, 8)))
            throw new AppError('MEDIA_MALFORMED', 'the recording from ffmpeg is no fragmented MP4')
          if (size > 8) {
            target = place(head.toString('latin1', 4, 8), size)
            target.set(head)
          } else filled = 0
        } else {
          const bytes = target
          target = head
          filled = 0
          whole(head.toString('latin1', 4, 8), bytes)
        }
      }
    },
  }
}
