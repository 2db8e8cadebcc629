import { type spawn as nodeSpawn, spawn as systemSpawn } from 'node:child_process'
import { childEnvironment } from '../../core/process/child-environment.ts'
import { AppError } from '../../core/errors.ts'

export interface DecoderOptions {
  readonly spawn?: typeof nodeSpawn
  /** Kills ffmpeg; the call then rejects with TRAIN_STOPPED. */
  readonly signal?: AbortSignal
}

const saidBytes = 2000

/**
 * Runs ffmpeg on one file of footage to its end. Every error names the file.
 *
 * @param work.onData gets what is written to standard output; nothing is read from there when left out.
 * @param work.stopped what a reader of TRAIN_STOPPED should know.
 * @param work.failure the error for what ffmpeg said on its messages before it failed.
 * @throws AppError MEDIA_FFMPEG_MISSING, MEDIA_FFMPEG_FAILED (it could not be started), TRAIN_STOPPED, and `failure`.
 */
export function runDecoder(
  work: {
    path: string
    args: readonly string[]
    onData?: (chunk: Buffer) => void
    stopped: string
    failure: (said: string, how: string) => AppError
  },
  { spawn = systemSpawn, signal }: DecoderOptions,
): Promise<void> {
  const { path, args, onData, failure } = work
  return new Promise((resolve, reject) => {
    const stopped = () => new AppError('TRAIN_STOPPED', `decoding was stopped at ${path}; ${work.stopped}`)
    if (signal?.aborted) return reject(stopped())
    const child = spawn('ffmpeg', args, {
      env: childEnvironment(process.env),
      stdio: ['ignore', onData ? 'pipe' : 'ignore', 'pipe'],
      windowsHide: true,
    })
    let said = ''
    const stop = () => child.kill('SIGKILL')
    signal?.addEventListener('abort', stop, { once: true })
    if (onData) child.stdout?.on('data', onData)
    child.stderr?.on('data', (text) => {
      said = (said + text).slice(-saidBytes)
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
    child.on('close', (code, killed) => {
      signal?.removeEventListener('abort', stop)
      if (signal?.aborted) return reject(stopped())
      if (code === 0) return resolve()
      reject(failure(said.trim(), `it ended with ${killed ?? code}`))
    })
  })
}
