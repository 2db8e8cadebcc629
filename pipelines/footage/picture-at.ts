import type { spawn as nodeSpawn } from 'node:child_process'
import type { Clock } from '../../src/core/clock.ts'
import { AppError } from '../../src/core/errors.ts'
import { childEnvironment } from '../../src/core/process/child-environment.ts'
import type { Telemetry } from '../../src/core/telemetry-port.ts'

/** Pictures of moments, decoded when they are asked for, a few at a time, and remembered for a while. */
export interface PicturesAt {
  /** @throws AppError API_BUSY, MEDIA_FFMPEG_MISSING, MEDIA_FFMPEG_FAILED */
  take(path: string, offsetMs: number): Promise<Buffer>
}

const widthPx = 320
/** The nearest keyframe is shown: pictures closer together are the same one. */
const stepMs = 1000
const mostKept = 200
const mostAtOnce = 2
const mostWaiting = 16
const patienceMs = 10_000

export function createPicturesAt(options: {
  spawn: typeof nodeSpawn
  clock: Pick<Clock, 'after'>
  telemetry: Pick<Telemetry, 'log'>
}): PicturesAt {
  const kept = new Map<string, Promise<Buffer>>()
  const waiting: (() => void)[] = []
  let running = 0
  const turn = async () => {
    if (running >= mostAtOnce) {
      if (waiting.length >= mostWaiting)
        throw new AppError('API_BUSY', 'too many pictures are asked for; try again')
      await new Promise<void>((resolve) => waiting.push(resolve))
    }
    running += 1
  }
  const decode = async (path: string, offsetMs: number) => {
    await turn()
    try {
      return await runFfmpeg(path, offsetMs, options)
    } finally {
      running -= 1
      waiting.shift()?.()
    }
  }
  return {
    take(path, offsetMs) {
      const at = Math.max(0, Math.floor(offsetMs / stepMs) * stepMs)
      const key = `${path} ${at}`
      const known = kept.get(key)
      if (known) return known
      const made = decode(path, at)
      kept.set(key, made)
      made.catch(() => kept.delete(key))
      const [oldest] = kept.keys()
      if (kept.size > mostKept) kept.delete(oldest!)
      return made
    },
  }
}

function runFfmpeg(
  path: string,
  offsetMs: number,
  { spawn, clock, telemetry }: Parameters<typeof createPicturesAt>[0],
): Promise<Buffer> {
  const args = [
    ...[
      '-hide_banner',
      '-nostdin',
      '-v',
      'error',
      '-threads',
      '1',
      '-skip_frame',
      'nokey',
      '-noaccurate_seek',
    ],
    ...['-ss', (offsetMs / 1000).toFixed(3), '-i', `file:${path}`, '-frames:v', '1', '-an'],
    ...['-vf', `scale=${widthPx}:-2`, '-q:v', '5', '-f', 'mjpeg', 'pipe:1'],
  ]
  return new Promise((resolve, reject) => {
    const child = spawn('ffmpeg', args, {
      env: childEnvironment(process.env),
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    })
    const chunks: Buffer[] = []
    let said = ''
    const cancel = clock.after(patienceMs, () => child.kill('SIGKILL'))
    child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.stderr?.on('data', (text) => {
      said = (said + text).slice(-500)
    })
    child.on('error', (cause: NodeJS.ErrnoException) => {
      cancel()
      const code = cause.code === 'ENOENT' ? 'MEDIA_FFMPEG_MISSING' : 'MEDIA_FFMPEG_FAILED'
      reject(new AppError(code, 'ffmpeg could not be started for a picture', { cause }))
    })
    child.on('close', (code) => {
      cancel()
      const picture = Buffer.concat(chunks)
      if (code === 0 && picture.length > 0) resolve(picture)
      else {
        // What ffmpeg says names places on this machine, which whoever asks for a picture need not know.
        telemetry.log.warn({ path, status: code, said: said.trim() }, 'no picture of a recording')
        reject(new AppError('MEDIA_FFMPEG_FAILED', 'no picture of the recording; the log says why'))
      }
    })
  })
}
