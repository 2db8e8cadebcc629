import type { MediaOptions } from '../../support/odd-camera/encode-media.ts'
import type { OddScript } from '../../support/odd-camera/script.ts'
import { blinking } from './media-set.ts'
import type { TortureStream } from './torture-stream.ts'

type Differences = Partial<Omit<TortureStream, 'name' | 'expect'>> & {
  readonly expect?: Partial<TortureStream['expect']>
  readonly script?: Omit<OddScript, 'media'>
}

/** A stream without a fault: each picture, each clip, and a status of nothing but live. */
function whole(name: string, media: MediaOptions, differences: Differences = {}): TortureStream {
  const { script, expect, ...rest } = differences
  const { seconds = 18 } = rest
  return {
    name,
    seconds,
    ...(media.fps !== undefined && { fps: media.fps }),
    ...(media.gopS !== undefined && { gopS: media.gopS }),
    ...rest,
    camera: async () => ({ rtsp: { media: await blinking({ seconds, ...media }), ...script } }),
    expect: { liveWithinS: 12, frames: 'numbers', clips: 'each', ...expect },
  }
}

/** How pictures are coded, and what the camera says about that: none of it is a fault. */
export const codecStreams: readonly TortureStream[] = [
  whole('h264', { name: 'plain' }),
  whole('h264-bframes', { name: 'bframes', bFrames: 2 }),
  whole('h264-bframes-udp', { name: 'bframes', bFrames: 2 }, { transport: 'udp' }),
  whole('h264-bframes-pyramid', { name: 'pyramid', bFrames: 5, tune: 'b-pyramid=normal:b-adapt=0' }),
  whole('h264-bframes-sound', { name: 'bframes', bFrames: 2 }, { script: { sound: true } }),
  whole(
    'h264-open-gop',
    { name: 'open', bFrames: 3, tune: 'open-gop=1' },
    // The pictures after the first one tell the decoder to forget some of the group before, which a clip does not hold.
    { expect: { complaint: /mmco: unref short failure/ } },
  ),
  whole('h265', { name: 'plain', codec: 'h265' }),
  whole('h265-bframes', { name: 'bframes', codec: 'h265', bFrames: 3, tune: 'no-open-gop=1' }),
  whole('h265-open-gop', { name: 'open', codec: 'h265', bFrames: 3, tune: 'open-gop=1' }),
  whole('h264-10bit', { name: 'ten', format: 'yuv420p10le' }),
  whole('h265-10bit', { name: 'ten', codec: 'h265', format: 'yuv420p10le' }),
  whole('h264-422', { name: 'chroma', format: 'yuv422p' }),
  whole('h264-slices', { name: 'slices', tune: 'slices=4:aud=1' }),
  whole('h264-interlaced', { name: 'interlaced', more: ['-flags', '+ilme+ildct'], tune: 'tff=1' }),
  whole('mjpeg', { name: 'plain', codec: 'mjpeg', heightPx: 192, fps: 10 }),
  whole(
    'vp8',
    { name: 'plain', codec: 'vp8' },
    {
      // The first connection is for pictures and packets; the next one, which gets its pictures, for pictures alone.
      expect: {
        frames: 'flowing',
        clips: 'none',
        told: [{ sinceS: 0, withinS: 15, picture: 'unrecorded', code: 'MEDIA_UNRECORDABLE' }],
      },
    },
  ),
  whole('fps-1', { name: 'plain', fps: 1 }, { seconds: 22, expect: { liveWithinS: 12 } }),
  whole('fps-5', { name: 'plain', fps: 5 }),
  whole('fps-60', { name: 'plain', fps: 60 }),
  whole('fps-30000/1001', { name: 'plain', fps: 30_000 / 1001 }),
  whole('no-sets-in-sdp', { name: 'plain' }, { script: { sdp: 'none' } }),
  whole('no-sets-in-sdp-h265', { name: 'plain', codec: 'h265' }, { script: { sdp: 'none' } }),
  whole('sets-only-in-sdp', { name: 'plain' }, { script: { setsInStream: false } }),
  {
    ...whole('wrong-sets-in-sdp', { name: 'plain' }),
    camera: async () => {
      const wrong = await blinking({ name: 'small', widthPx: 160, heightPx: 96, seconds: 2, bFrames: 2 })
      return { rtsp: { media: await blinking({ name: 'plain', seconds: 18 }), sdp: { wrong } } }
    },
  },
  whole(
    'intra-refresh',
    { name: 'refresh', gopS: 1, tune: 'intra-refresh=1' },
    {
      unreadableS: 1,
      script: { startS: 0.5, join: 'now' },
      expect: { frames: 'flowing', clips: 'after', liveWithinS: 14 },
    },
  ),
  whole('base-0', { name: 'plain' }, { script: { base: 0 } }),
  whole('random-base', { name: 'plain' }, { script: { base: 3_141_592_653 } }),
  whole('timestamps-wrap', { name: 'bframes', bFrames: 2 }, { script: { base: 2 ** 32 - 8 * 90_000 } }),
  whole('no-sender-reports', { name: 'bframes', bFrames: 2 }, { script: { reportEveryS: 0, sound: true } }),
  whole('sound-beside', { name: 'plain' }, { script: { sound: true } }),
  whole(
    'slow-start',
    { name: 'plain' },
    { seconds: 28, script: { videoAfterS: 8 }, expect: { liveWithinS: 15, frames: 'flowing' } },
  ),
  whole(
    'sound-first',
    { name: 'plain' },
    {
      seconds: 28,
      script: { sound: true, videoAfterS: 8 },
      expect: { liveWithinS: 15, frames: 'flowing', clips: 'after', mayTell: ['MEDIA_NO_VIDEO'] },
    },
  ),
]

/** Keyframes so far apart that a new client waits long for one. */
export const longStreams: readonly TortureStream[] = [
  long('gop-30s', 30),
  long('gop-30s-no-sets', 30, { sdp: 'none' }),
  long('gop-60s', 60),
]

function long(name: string, gopS: number, script: Omit<OddScript, 'media'> = {}): TortureStream {
  return whole(
    name,
    { name: `gop${gopS}`, gopS, seconds: gopS + 30 },
    {
      seconds: gopS + 27,
      script: { startS: 3, join: 'now', ...script },
      expect: {
        liveWithinS: gopS + 2,
        told: [{ sinceS: 0, withinS: 6, state: 'connecting', reason: /keyframe/ }],
        frames: 'flowing',
        clips: 'after',
      },
    },
  )
}

/** Short ones, for a look whether all of it still runs. */
export const smokeStreams: readonly TortureStream[] = [
  whole('h264-bframes', { name: 'bframes', bFrames: 2 }, { seconds: 9 }),
  whole('h265-sound', { name: 'plain', codec: 'h265' }, { seconds: 9, script: { sound: true } }),
  whole('mjpeg', { name: 'plain', codec: 'mjpeg', heightPx: 192, fps: 10 }, { seconds: 9 }),
]
