import type { ErrorCode } from '../../../src/core/errors.ts'
import type { MediaOptions } from '../../support/odd-camera/encode-media.ts'
import type { OddHttpScript } from '../../support/odd-camera/odd-http-camera.ts'
import { blinking } from './media-set.ts'
import type { TortureStream } from './torture-stream.ts'

const seconds = 18

function served(
  name: string,
  kind: OddHttpScript['kind'],
  media: MediaOptions,
  script: Partial<OddHttpScript> = {},
): TortureStream {
  return {
    name,
    seconds,
    ...(media.fps !== undefined && { fps: media.fps }),
    ...(kind === 'multipart' && { wants: 2 }),
    camera: async () => ({ http: { kind, media: await blinking({ seconds, ...media }), ...script } }),
    expect: {
      liveWithinS: 12,
      frames: 'numbers',
      clips: 'each',
      // It does not send as many as its model wants here.
      ...(kind === 'multipart' && { mayTell: ['slow'] }),
    },
  }
}

function refused(say: number | 'nothing', code: ErrorCode, reason: RegExp): TortureStream {
  return {
    ...served(`http-${say === 'nothing' ? 'mute' : say}`, 'ts', { name: 'plain' }, { refusal: { say } }),
    expect: {
      liveWithinS: null,
      told: [{ sinceS: 0, withinS: say === 'nothing' ? 16 : 5, state: 'offline', code, reason }],
      frames: 'none',
      clips: 'none',
    },
  }
}

const jpeg = (fps: number): MediaOptions => ({ name: 'plain', codec: 'mjpeg', heightPx: 192, fps })

/** Cameras over HTTP. */
export const httpStreams: readonly TortureStream[] = [
  served('http-mjpeg-5fps', 'multipart', jpeg(5)),
  served('http-mjpeg-15fps', 'multipart', jpeg(15)),
  served('http-mjpeg-30fps', 'multipart', jpeg(30)),
  served('http-ts', 'ts', { name: 'plain' }),
  served('http-ts-bframes', 'ts', { name: 'bframes', bFrames: 2 }),
  served('http-redirect', 'ts', { name: 'plain' }, { redirects: true }),
  refused(401, 'CAMERA_UNAUTHORIZED', /user|password/i),
  refused(403, 'CAMERA_UNAUTHORIZED', /./),
  refused(404, 'CAMERA_NOT_FOUND', /path|404/i),
  refused(500, 'CAMERA_REFUSED', /500/),
  refused(503, 'CAMERA_BUSY', /503/),
  refused('nothing', 'CAMERA_UNREACHABLE', /answer/i),
]
