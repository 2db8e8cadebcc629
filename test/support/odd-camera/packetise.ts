import type { MediaCodec } from './media.ts'
import { packetiseJpeg } from './packetise-jpeg.ts'
import { packetiseH264, packetiseH265 } from './packetise-nals.ts'
import { pieces } from './payload-pieces.ts'

/** Payloads of the RTP packets of one picture, in order; the last one has the marker. */
export function packetise(codec: MediaCodec, parts: readonly Buffer[]): Buffer[] {
  if (codec === 'h264') return packetiseH264(parts)
  if (codec === 'h265') return packetiseH265(parts)
  if (codec === 'mjpeg') return packetiseJpeg(parts[0]!)
  return packetiseVp8(parts[0]!)
}

/** RFC 7741 with the shortest descriptor: one byte that says where the picture begins. */
function packetiseVp8(frame: Buffer): Buffer[] {
  return pieces(frame).map((piece, index) => Buffer.concat([Buffer.of(index === 0 ? 0x10 : 0), piece]))
}
