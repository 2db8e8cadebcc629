import type { ChildProcess, spawn as nodeSpawn } from 'node:child_process'
import type { Clock } from '../core/clock.ts'
import { AppError, type ErrorCode } from '../core/errors.ts'
import { childEnvironment } from '../core/process/child-environment.ts'

export interface ToolOptions {
  readonly spawn: typeof nodeSpawn
  readonly clock: Clock
  readonly timeoutMs: number
  /** Folder that relative names in its arguments are in. */
  readonly cwd?: string
  /** Ends it when it is aborted; the call then rejects with the reason of the abort. */
  readonly signal?: AbortSignal
  /** Given what it says on standard error, as it comes. */
  readonly onSaid?: (text: string) => void
  /** Given the process as soon as it runs: to lower its priority or to pause it. */
  readonly onStart?: (child: ChildProcess) => void
}

const diskTrouble = /No space left|Read-only file system|Permission denied|Disk quota/
const lacking = /Unknown encoder|No such filter/

/**
 * Runs ffmpeg or ffprobe to its end and gives what it wrote to standard output (at most 64 KiB of it).
 *
 * @throws AppError MEDIA_FFMPEG_MISSING, MEDIA_FFMPEG_FAILED (also when it takes too long),
 *   MEDIA_FFMPEG_FEATURE, STORE_CLIP; details.killedBy has the signal when somebody else ended it
 */
export function runTool(
  program: 'ffmpeg' | 'ffprobe',
  args: readonly string[],
  { spawn, clock, timeoutMs, cwd, signal, onSaid, onStart }: ToolOptions,
): Promise<string> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const child = spawn(program, args, {
      env: childEnvironment(process.env),
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      ...(cwd === undefined ? {} : { cwd }),
    })
    let output = ''
    let said = ''
    let late = false
    const kill = () => child.kill('SIGKILL')
    const stopWaiting = clock.after(timeoutMs, () => {
      late = true
      kill()
    })
    const cancel = () => {
      stopWaiting()
      signal?.removeEventListener('abort', kill)
    }
    signal?.addEventListener('abort', kill)
    if (child.pid !== undefined) onStart?.(child)
    child.stdout?.on('data', (text) => {
      output = (output + text).slice(0, 65_536)
    })
    child.stderr?.on('data', (text) => {
      said = (said + text).slice(-2000)
      onSaid?.(String(text))
    })
    child.on('error', (cause: NodeJS.ErrnoException) => {
      cancel()
      reject(
        cause.code === 'ENOENT'
          ? new AppError('MEDIA_FFMPEG_MISSING', `${program} was not found in PATH; install it`, { cause })
          : new AppError('MEDIA_FFMPEG_FAILED', `${program} could not be started (${cause.code})`, { cause }),
      )
    })
    child.on('close', (code, killedBy) => {
      cancel()
      if (signal?.aborted) return reject(signal.reason)
      if (code === 0) return resolve(output)
      const why = late
        ? `took longer than ${timeoutMs / 1000} s`
        : said.trim() || `ended with ${killedBy ?? code}`
      const details = killedBy === null || late ? {} : { killedBy }
      reject(new AppError(codeOf(said), `${program}: ${why}`, { details }))
    })
  })
}

function codeOf(said: string): ErrorCode {
  if (diskTrouble.test(said)) return 'STORE_CLIP'
  return lacking.test(said) ? 'MEDIA_FFMPEG_FEATURE' : 'MEDIA_FFMPEG_FAILED'
}
