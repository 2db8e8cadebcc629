import { sourceTicks } from './time/source-time.ts'

export interface PulseEvents {
  /** What the video is, in ffmpeg's words, as soon as that is known. */
  onCodec(codec: string): void
  /** A packet came. `timeUs`: when it is to be decoded on the source's clock; null where it has no time. */
  onPacket(timeUs: number | null, keyframe: boolean): void
}

/** Longest line that makes sense. */
const mostChars = 1000

/** Reads what ffmpeg's `framecrc` says of each packet: it comes also while nothing can be decoded or recorded. */
export function createPulseReader({ onCodec, onPacket }: PulseEvents): { push(chunk: Uint8Array): void } {
  let rest = ''
  let usPerTick = 0

  const line = (text: string) => {
    const base = /^#tb 0: (\d+)\/(\d+)/.exec(text)
    if (base) usPerTick = (Number(base[1]) * 1e6) / Number(base[2])
    const codec = /^#codec_id 0: (\w+)/.exec(text)
    if (codec) onCodec(codec[1]!)
    // stream, decode time (a count here), presentation time, duration, bytes, checksum
    const packet = /^0,\s*-?\d+,\s*(-?\d+),.*?0x[0-9a-f]{8}(, F=)?/.exec(text)
    if (!packet) return
    const ticks = sourceTicks(Number(packet[1]))
    const timeUs = ticks === null || !Number.isFinite(usPerTick) ? null : Math.round(ticks * usPerTick)
    // Flags are written where they are not those of a keyframe.
    onPacket(timeUs, packet[2] === undefined)
  }

  return {
    push(chunk) {
      const lines = (
        rest + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1')
      ).split('\n')
      rest = lines.pop()!.slice(-mostChars)
      for (const text of lines) line(text)
    },
  }
}
