import type { ChildProcess, spawn as nodeSpawn } from 'node:child_process'
import { childEnvironment } from '../../core/process/child-environment.ts'
import { endingWithParent } from '../end-with-parent.ts'
import { runBehindOthers } from './behind-others.ts'
import { createJpegReader } from './jpeg-reader.ts'

/** What pictures are made of: the bytes of an MP4, or pictures as they were decoded for the models. */
export type PictureInput =
  | { readonly kind: 'mp4' }
  | { readonly kind: 'rgb24'; readonly widthPx: number; readonly heightPx: number }

export interface PictureChild {
  /** False: it is behind; what was given is not taken. */
  write(bytes: Uint8Array): boolean
  /** No more comes: what is left is shown. */
  finish(): void
  kill(): void
}

/** A wider picture is made smaller: it is there to be looked at. */
export const widestPx = 1280
/** Most bytes that wait for the child. */
const mostWaiting = 8 * 1024 * 1024

/** ffmpeg that makes JPEG pictures of what is written to it; `onEnd` is called once, when it is gone. */
export function startPictureChild(options: {
  readonly input: PictureInput
  /** What becomes of the pictures, such as `fps=5`. */
  readonly filter: string
  readonly frames?: number
  readonly spawn: typeof nodeSpawn
  readonly onPicture: (jpeg: Buffer) => void
  readonly onEnd: () => void
}): PictureChild {
  const { input, filter, frames, onPicture } = options
  const format =
    input.kind === 'mp4'
      ? ['-f', 'mp4']
      : ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${input.widthPx}x${input.heightPx}`]
  const { program, args } = endingWithParent('ffmpeg', [
    ...['-hide_banner', '-nostats', '-loglevel', 'error', '-threads', '1'],
    // Begins with the first picture instead of guessing the rate from many.
    ...['-probesize', '32768', '-analyzeduration', '0', '-fpsprobesize', '0'],
    ...format,
    ...['-protocol_whitelist', 'pipe', '-i', 'pipe:0'],
    ...['-map', '0:v:0', '-an', '-filter_threads', '1', '-vf', filter, '-fps_mode', 'passthrough'],
    ...(frames === undefined ? [] : ['-frames:v', String(frames)]),
    ...['-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p', '-q:v', '5', '-flush_packets', '1'],
    ...['-f', 'image2pipe', 'pipe:1'],
  ])
  const child: ChildProcess = options.spawn(program, args, {
    env: childEnvironment(process.env),
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  })
  runBehindOthers(child.pid)
  let over = false
  const end = () => {
    if (over) return
    over = true
    options.onEnd()
  }
  const reader = createJpegReader(onPicture)
  child.stdout?.on('data', (chunk: Buffer) => reader.push(chunk))
  // Read, so that it never waits for somebody to hear it.
  child.stderr?.resume()
  child.stdin?.on('error', () => {})
  child.on('error', end)
  child.on('close', end)

  return {
    write(bytes) {
      if (over || !child.stdin || child.stdin.writableLength > mostWaiting) return false
      child.stdin.write(bytes)
      return true
    },
    finish: () => child.stdin?.end(),
    kill: () => child.kill('SIGKILL'),
  }
}
