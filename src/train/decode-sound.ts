import { type spawn as nodeSpawn, spawn as systemSpawn } from 'node:child_process'
import { AppError } from '../core/errors.ts'
import { soundRateHz } from '../core/sound.ts'
import { decoderEnvironment } from './decode-footage.ts'

/**
 * The sound of a file, mono at `soundRateHz`.
 *
 * @throws AppError MEDIA_FFMPEG_MISSING, MEDIA_FFMPEG_FAILED, TRAIN_DATA (there is no sound in it), TRAIN_STOPPED
 */
export function decodeSound(
  path: string,
  { spawn = systemSpawn, signal }: { spawn?: typeof nodeSpawn; signal?: AbortSignal } = {},
): Promise<Int16Array> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(stopped(path))
    const child = spawn('ffmpeg', soundArguments(path), {
      env: decoderEnvironment(process.env),
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    })
    const chunks: Buffer[] = []
    let said = ''
    const stop = () => child.kill('SIGKILL')
    signal?.addEventListener('abort', stop, { once: true })
    child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.stderr?.on('data', (text) => {
      said = (said + text).slice(-2000)
    })
    child.on('error', (cause: NodeJS.ErrnoException) => {
      signal?.removeEventListener('abort', stop)
      reject(
        cause.code === 'ENOENT'
          ? new AppError('MEDIA_FFMPEG_MISSING', `${path}: ffmpeg was not found in PATH; install it`, {
              cause,
            })
          : new AppError('MEDIA_FFMPEG_FAILED', `${path}: ffmpeg could not be started (${cause.code})`, {
              cause,
            }),
      )
    })
    child.on('close', (code) => {
      signal?.removeEventListener('abort', stop)
      if (signal?.aborted) return reject(stopped(path))
      if (code !== 0) return reject(failure(path, said.trim()))
      const bytes = Buffer.concat(chunks)
      if (bytes.length < 2) return reject(failure(path, 'matches no streams'))
      // A copy of its own: samples must lie at even addresses.
      resolve(new Int16Array(new Uint8Array(bytes).buffer, 0, Math.floor(bytes.length / 2)))
    })
  })
}

export function soundArguments(path: string): string[] {
  return [
    ...['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'error', '-threads', '1', '-i', `file:${path}`],
    ...[
      '-map',
      '0:a:0',
      '-ac',
      '1',
      '-ar',
      String(soundRateHz),
      '-c:a',
      'pcm_s16le',
      '-f',
      's16le',
      'pipe:1',
    ],
  ]
}

const stopped = (path: string) =>
  new AppError('TRAIN_STOPPED', `decoding was stopped at ${path}; run the same command again`)

function failure(path: string, said: string): AppError {
  return /matches no streams|does not contain any stream/.test(said)
    ? new AppError('TRAIN_DATA', `${path}: there is no sound in it`)
    : new AppError('MEDIA_FFMPEG_FAILED', `${path}: ffmpeg: ${said || 'it failed without a word'}`)
}
