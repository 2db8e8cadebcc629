import { describe, expect, it } from 'vitest'
import { createPulseReader } from '../../../src/camera/pulse-reader.ts'
import { readStreamLine } from '../../../src/camera/stream-line.ts'
import { sourceTicks } from '../../../src/camera/time/source-time.ts'

const raised = 2 ** 50
const text = [
  '#tb 0: 1/90000',
  '#codec_id 0: h264',
  `0,          0, ${2 ** 49},     3600,     3113, 0xb6e3e4b2, S=1,       16`,
  `0,          1, ${raised - 7200},     3600,      952, 0x8ee3d76c, F=0x0, S=1,       16`,
  `0,          2, ${raised + 2 ** 40},     3600,      952, 0x8ee3d76c`,
  '',
].join('\n')

describe('pulse of the packets', () => {
  it('has the time of each, also where it is negative or far away, however the bytes are cut', () => {
    const bytes = Buffer.from(text)
    for (const size of [1, 7, 1000]) {
      const seen: unknown[] = []
      const reader = createPulseReader({
        onCodec: (codec) => seen.push(codec),
        onPacket: (timeUs, keyframe) => seen.push([timeUs, keyframe]),
      })
      for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size))
      expect(seen).toEqual([
        'h264',
        [null, true],
        [-80_000, false],
        [Math.round((2 ** 40 * 1e6) / 90_000), true],
      ])
    }
  })

  it('leaves times alone that were not raised', () => {
    expect([sourceTicks(0), sourceTicks(5e14), sourceTicks(raised - 1)]).toEqual([0, 5e14, -1])
  })
})

describe('what ffmpeg says of a stream', () => {
  it.each([
    [
      '  Stream #0:0: Video: h264 (High), yuv420p(tv, progressive), 640x360 [SAR 1:1 DAR 16:9], 25 fps, 25 tbr, 90k tbn',
      { codec: 'h264', profile: 'High', widthPx: 640, heightPx: 360, fps: 25, pixelFormat: 'yuv420p' },
    ],
    [
      'Stream #0:0(und): Video: hevc (Main) (hvc1 / 0x31637668), yuv420p(tv), 1920x1080, 1200 kb/s, 12.5 fps',
      { codec: 'hevc', profile: 'Main', fps: 12.5 },
    ],
    [
      'Stream #0:0: Video: vp8, yuv420p(tv, bt470bg/unknown/unknown), 160x96, 90k tbr',
      { codec: 'vp8', profile: null, fps: null },
    ],
    ['Stream #0:0: Video: h264, none, 90k tbr, 90k tbn', { codec: 'h264', widthPx: 0, pixelFormat: 'none' }],
    [
      'Stream #0:1: Audio: pcm_mulaw, 8000 Hz, mono, s16, 64 kb/s',
      { kind: 'audio', codec: 'pcm_mulaw', sampleRateHz: 8000, channels: 1 },
    ],
    [
      'Stream #0:1: Audio: aac (LC) (mp4a / 0x6134706D), 44100 Hz, 2 channels, fltp',
      { codec: 'aac', channels: 2 },
    ],
  ])('%s', (line, facts) => {
    expect(readStreamLine(line)).toMatchObject(facts)
  })

  it('ignores other lines', () => {
    expect(readStreamLine('Stream mapping:')).toBeNull()
  })
})
