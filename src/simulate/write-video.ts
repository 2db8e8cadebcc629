import type { spawn as nodeSpawn } from 'node:child_process'
import { once } from 'node:events'
import { rename, writeFile } from 'node:fs/promises'
import { AppError } from '../core/errors.ts'
import { childEnvironment } from '../core/process/child-environment.ts'
import { createScene } from './scene.ts'
import { eventsOf } from './scene-truth.ts'
import type { SceneScript } from './script.ts'

export interface VideoSettings {
  readonly widthPx: number
  readonly heightPx: number
  readonly fps: number
  readonly codec: 'h264' | 'h265'
  /** Seconds between keyframes. */
  readonly gopS: number
}

/** What is in the video, frame by frame; the content of the `.labels.json` beside it. */
export interface VideoLabels {
  readonly version: 1
  readonly video: VideoSettings & { readonly frames: number }
  readonly events: readonly {
    readonly label: string
    readonly startS: number
    readonly endS: number
    readonly personIds: readonly string[]
  }[]
  /** For each frame the people in it: id, action, x, y, width, height in pixels, visible share. */
  readonly frames: readonly (readonly [string, string, number, number, number, number, number][])[]
  readonly script: SceneScript
}

const encoders = {
  h264: ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '23', '-bf', '0'],
  h265: [
    '-c:v',
    'libx265',
    '-preset',
    'ultrafast',
    '-tag:v',
    'hvc1',
    '-x265-params',
    'bframes=0:log-level=error',
  ],
} as const

/**
 * Renders a scene into an MP4 by ffmpeg and writes its labels beside it (`FILE.labels.json`). The video appears
 * under its name only when it is complete.
 *
 * @throws AppError MEDIA_FFMPEG_MISSING, MEDIA_FFMPEG_FAILED
 */
export async function writeVideo(options: {
  script: SceneScript
  file: string
  settings: VideoSettings
  spawn: typeof nodeSpawn
  onProgress?: (share: number) => void
}): Promise<VideoLabels> {
  const { script, file, settings, spawn, onProgress } = options
  const { widthPx, heightPx, fps, codec, gopS } = settings
  const scene = createScene(script, { widthPx, heightPx })
  const frames = Math.round(script.durationS * fps)
  const part = `${file}.part`
  const child = spawn(
    'ffmpeg',
    [
      ...['-v', 'error', '-y', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${widthPx}x${heightPx}`],
      ...['-r', String(fps), '-i', 'pipe:0', ...encoders[codec], '-pix_fmt', 'yuv420p'],
      ...['-g', String(Math.max(1, Math.round(fps * gopS))), '-movflags', '+faststart', '-f', 'mp4', part],
    ],
    { env: childEnvironment(process.env), stdio: ['pipe', 'ignore', 'pipe'] },
  )
  let said = ''
  child.stderr.on('data', (text) => {
    said = (said + text).slice(-2000)
  })
  const ended = new Promise<void>((resolve, reject) => {
    child.on('error', (cause) =>
      reject(new AppError('MEDIA_FFMPEG_MISSING', 'ffmpeg was not found in PATH; install it', { cause })),
    )
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new AppError('MEDIA_FFMPEG_FAILED', `ffmpeg: ${said.trim()}`)),
    )
  })
  ended.catch(() => {})
  child.stdin.on('error', () => {})
  const seen: VideoLabels['frames'][number][] = []
  for (let frame = 0; frame < frames; frame += 1) {
    const tS = frame / fps
    seen.push(
      scene
        .peopleAt(tS)
        .map(({ id, action, box, visible }) => [
          id,
          action,
          Math.round(box.xPx),
          Math.round(box.yPx),
          Math.round(box.widthPx),
          Math.round(box.heightPx),
          Math.round(visible * 100) / 100,
        ]),
    )
    if (!child.stdin.write(scene.render(tS))) await Promise.race([once(child.stdin, 'drain'), ended])
    if (frame % fps === 0) onProgress?.(frame / frames)
  }
  child.stdin.end()
  await ended
  const labels: VideoLabels = {
    version: 1,
    video: { ...settings, frames },
    events: eventsOf(scene, fps),
    frames: seen,
    script,
  }
  await writeFile(`${file.replace(/\.mp4$/, '')}.labels.json`, `${JSON.stringify(labels)}\n`)
  await rename(part, file)
  onProgress?.(1)
  return labels
}
