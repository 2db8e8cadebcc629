import type { ErrorClass } from './error-class.ts'

/** What can be wrong with pictures, sound and recordings. */
export const mediaErrors = {
  MEDIA_NO_VIDEO: {
    retry: true,
    httpStatus: 422,
    exitCode: 65,
    summary: 'The stream or file has no video that can be decoded.',
  },
  MEDIA_MALFORMED: {
    retry: true,
    httpStatus: 422,
    exitCode: 65,
    summary:
      'The bytes from ffmpeg are not in the expected container. Check the ffmpeg version with vireo doctor.',
  },
  MEDIA_CHANGED: {
    retry: true,
    httpStatus: 502,
    exitCode: 69,
    summary:
      'A camera sends another picture size or profile than before. It is connected anew, and recordings begin anew.',
  },
  MEDIA_NOT_RECORDED: {
    retry: true,
    httpStatus: 502,
    exitCode: 69,
    summary:
      'Pictures of a camera come, but nothing that can be recorded, or its time stands still: alerts get no clips. The reason says more.',
  },
  MEDIA_CLOCK: {
    retry: true,
    httpStatus: 502,
    exitCode: 69,
    summary:
      "A camera's clock was set, or its times began anew. It is connected anew, and recordings begin anew.",
  },
  MEDIA_UNRECORDABLE: {
    retry: false,
    httpStatus: 422,
    exitCode: 65,
    summary:
      'MP4 cannot hold what the camera sends. Its pictures are analysed; nothing is recorded. Choose H.264 or H.265 in the camera.',
  },
  MEDIA_FFMPEG_MISSING: {
    retry: false,
    httpStatus: 500,
    exitCode: 69,
    summary: 'ffmpeg or ffprobe was not found in PATH. Install it (Debian: apt-get install ffmpeg).',
  },
  MEDIA_FFMPEG_FAILED: {
    retry: true,
    httpStatus: 502,
    exitCode: 70,
    summary: 'ffmpeg ended with an error; the message has its last lines without secrets.',
  },
  MEDIA_FFMPEG_FEATURE: {
    retry: false,
    httpStatus: 500,
    exitCode: 69,
    summary:
      'This ffmpeg lacks an encoder, a filter or a font that is needed; the message names it. Install a complete build (Debian: apt-get install ffmpeg fonts-dejavu-core).',
  },
  MEDIA_NO_FOOTAGE: {
    retry: false,
    httpStatus: 404,
    exitCode: 66,
    summary:
      'Nothing was recorded in the time that was asked for, or nothing happened in it, or none of it can be read; the message says which.',
  },
  MEDIA_STOPPED: {
    retry: true,
    httpStatus: 503,
    exitCode: 75,
    summary: 'Work on footage was stopped before its end. The recordings are as they were.',
  },
} as const satisfies Record<string, ErrorClass>
