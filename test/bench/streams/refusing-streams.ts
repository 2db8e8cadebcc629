import type { ErrorCode } from '../../../src/core/errors.ts'
import type { Refusal, RtspMethod } from '../../support/odd-camera/script.ts'
import { blinking } from './media-set.ts'
import type { TortureStream } from './torture-stream.ts'

const seconds = 18
const media = () => blinking({ name: 'plain', seconds })

interface Answer {
  readonly code: ErrorCode
  readonly reason: RegExp
  readonly withinS?: number
}

function refusing(
  method: RtspMethod,
  say: Refusal['say'],
  { code, reason, withinS = 5 }: Answer,
): TortureStream {
  return {
    name: `${say === 'nothing' ? 'mute' : say}-at-${method.toLowerCase()}`,
    // Long enough for the longest wait.
    seconds: say === 'nothing' ? seconds + 4 : seconds,
    camera: async () => ({ rtsp: { media: await media(), refusals: { [method]: { say } } } }),
    expect: {
      liveWithinS: null,
      told: [{ sinceS: 0, withinS, ...(say === 461 ? {} : { state: 'offline' }), code, reason }],
      frames: 'none',
      clips: 'none',
    },
  }
}

/** 15 s from the connection, which begins a little after the system. */
const silent: Answer = { code: 'CAMERA_UNREACHABLE', reason: /answer/i, withinS: 16 }

/** Cameras that do not give what they are asked for: what is told must be what they answered. */
export const refusingStreams: readonly TortureStream[] = [
  refusing('DESCRIBE', 401, { code: 'CAMERA_UNAUTHORIZED', reason: /user|password/i }),
  refusing('DESCRIBE', 403, { code: 'CAMERA_UNAUTHORIZED', reason: /./ }),
  refusing('DESCRIBE', 404, { code: 'CAMERA_NOT_FOUND', reason: /path|404/i }),
  refusing('DESCRIBE', 500, { code: 'CAMERA_REFUSED', reason: /500/ }),
  refusing('DESCRIBE', 503, { code: 'CAMERA_BUSY', reason: /503/ }),
  refusing('OPTIONS', 503, { code: 'CAMERA_BUSY', reason: /503/ }),
  refusing('SETUP', 453, { code: 'CAMERA_BUSY', reason: /453/ }),
  refusing('PLAY', 453, { code: 'CAMERA_BUSY', reason: /453/ }),
  refusing('SETUP', 461, { code: 'CAMERA_TRANSPORT', reason: /461|transport/i }),
  refusing('PLAY', 500, { code: 'CAMERA_REFUSED', reason: /500/ }),
  refusing('DESCRIBE', 'close', { code: 'CAMERA_UNREACHABLE', reason: /./ }),
  refusing('OPTIONS', 'nothing', silent),
  refusing('DESCRIBE', 'nothing', silent),
  refusing('SETUP', 'nothing', silent),
  refusing('PLAY', 'nothing', silent),
  {
    name: '503-twice-at-setup',
    seconds: 24,
    camera: async () => ({
      rtsp: {
        media: await blinking({ name: 'plain', seconds: 24 }),
        refusals: { SETUP: { say: 503, times: 2 } },
      },
    }),
    expect: {
      liveWithinS: 12,
      told: [{ sinceS: 0, withinS: 5, state: 'offline', code: 'CAMERA_BUSY', reason: /503/ }],
      frames: 'flowing',
      clips: 'each',
    },
  },
  {
    name: 'only-udp',
    seconds: 24,
    camera: async () => ({
      rtsp: { media: await blinking({ name: 'plain', seconds: 24 }), transports: ['udp'] },
    }),
    expect: {
      liveWithinS: 10,
      told: [{ sinceS: 0, withinS: 5, code: 'CAMERA_TRANSPORT', reason: /461|transport|udp/i }],
      frames: 'flowing',
      clips: 'each',
    },
  },
  {
    // A camera that starts up: it takes three clients and lets them go before it sends a packet.
    name: 'closes-after-play',
    seconds: 30,
    camera: async () => ({
      rtsp: {
        media: await blinking({ name: 'plain', seconds: 30 }),
        videoAfterS: 5,
        steps: [0.3, 1.3, 3.5].map((atS) => ({ atS, do: 'close' }) as const),
      },
    }),
    expect: {
      liveWithinS: 17,
      told: [{ sinceS: 0, withinS: 5, state: 'offline', code: 'CAMERA_UNREACHABLE' }],
      frames: 'flowing',
      clips: 'each',
    },
  },
  {
    name: 'sound-only',
    seconds,
    camera: async () => ({ rtsp: { media: null, sound: true } }),
    expect: {
      liveWithinS: null,
      told: [{ sinceS: 0, withinS: 5, state: 'offline', code: 'MEDIA_NO_VIDEO' }],
      frames: 'none',
      clips: 'none',
    },
  },
]
