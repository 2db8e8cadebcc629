import type { spawn as nodeSpawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { AppError } from '../core/errors.ts'
import type { Frame, FrameStreamSpec } from '../core/frame.ts'
import { childEnvironment } from '../core/process/child-environment.ts'
import { ffmpegCommand } from './ffmpeg-arguments.ts'
import { createNutReader } from './nut-reader.ts'
import { createTimeLine } from './time/time-line.ts'

/**
 * The frames of a video file, as fast as they are asked for: ffmpeg waits while nobody reads. The arrival of a frame
 * is `startMs` plus its PTS, so that nothing depends on when or how fast it is read.
 *
 * @throws AppError CAMERA_NOT_FOUND, MEDIA_FFMPEG_MISSING, MEDIA_FFMPEG_FAILED
 */
export async function* readFrames(options: {
  cameraId: string
  file: string
  spec: FrameStreamSpec
  startMs: number
  spawn: typeof nodeSpawn
  /** Only keyframes are decoded: many times faster, and blind to what happens between two of them. */
  keyframesOnly?: boolean
}): AsyncGenerator<Frame> {
  const { cameraId, file, spec, startMs, spawn, keyframesOnly = false } = options
  if (!existsSync(file)) throw new AppError('CAMERA_NOT_FOUND', `${file}: there is no such file`)
  const { args } = ffmpegCommand({
    camera: { transport: 'tcp', hardwareDecode: 'none', realtime: false, loop: false },
    address: { kind: 'file', path: file },
    streams: [spec],
    record: false,
    keyframesOnly,
  })
  const child = spawn('ffmpeg', args, {
    env: childEnvironment(process.env),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-1000)
  })
  const ended = new Promise<AppError | null>((resolve) => {
    child.on('error', (cause) =>
      resolve(new AppError('MEDIA_FFMPEG_MISSING', 'ffmpeg was not found in PATH; install it', { cause })),
    )
    child.on('close', (code) =>
      resolve(
        code === 0
          ? null
          : new AppError('MEDIA_FFMPEG_FAILED', `${file}: ${said.trim() || `ffmpeg ended with ${code}`}`),
      ),
    )
  })
  const ready: Frame[] = []
  let seq = 0
  const line = createTimeLine()
  const reader = createNutReader({
    frameBytes: spec.widthPx * spec.heightPx * 3,
    onFrame(data, rawUs, pictureAspect) {
      const { widthPx, heightPx } = spec
      const ptsUs = line.follow(rawUs)
      const arrivalMs = startMs + ptsUs / 1000
      ready.push({
        cameraId,
        epoch: 1,
        seq,
        ptsUs,
        arrivalMs,
        arrivalMonoMs: arrivalMs,
        widthPx,
        heightPx,
        data,
        ...(pictureAspect !== null && { pictureAspect }),
      })
      seq += 1
    },
  })
  try {
    for await (const chunk of child.stdout) {
      reader.push(chunk as Uint8Array)
      yield* ready.splice(0)
    }
    const failure = await ended
    if (failure) throw failure
  } finally {
    child.kill('SIGKILL')
  }
}
