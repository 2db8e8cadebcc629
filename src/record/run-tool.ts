import type { spawn as nodeSpawn } from 'node:child_process'
import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/errors.ts'

export interface ToolOptions {
  readonly spawn: typeof nodeSpawn
  readonly clock: Clock
  readonly timeoutMs: number
}

/** Variables that the tools need; others may hold passwords. */
const passedVariables = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TMPDIR', 'LD_LIBRARY_PATH']
const diskTrouble = /No space left|Read-only file system|Permission denied|Disk quota/

/**
 * Runs ffmpeg to its end and gives what it wrote to standard output (at most 64 KiB of it).
 *
 * @throws AppError MEDIA_FFMPEG_MISSING, MEDIA_FFMPEG_FAILED (also when it takes too long), STORE_CLIP
 */
export function runTool(
  program: 'ffmpeg',
  args: readonly string[],
  { spawn, clock, timeoutMs }: ToolOptions,
): Promise<string> {
  const env = Object.fromEntries(
    passedVariables.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  )
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true })
    let output = ''
    let said = ''
    let late = false
    const cancel = clock.after(timeoutMs, () => {
      late = true
      child.kill('SIGKILL')
    })
    child.stdout?.on('data', (text) => {
      output = (output + text).slice(0, 65_536)
    })
    child.stderr?.on('data', (text) => {
      said = (said + text).slice(-2000)
    })
    child.on('error', (cause: NodeJS.ErrnoException) => {
      cancel()
      reject(
        cause.code === 'ENOENT'
          ? new AppError('MEDIA_FFMPEG_MISSING', `${program} was not found in PATH; install it`, { cause })
          : new AppError('MEDIA_FFMPEG_FAILED', `${program} could not be started (${cause.code})`, { cause }),
      )
    })
    child.on('close', (code, signal) => {
      cancel()
      if (code === 0) return resolve(output)
      const why = late
        ? `took longer than ${timeoutMs / 1000} s`
        : said.trim() || `ended with ${signal ?? code}`
      reject(
        new AppError(diskTrouble.test(said) ? 'STORE_CLIP' : 'MEDIA_FFMPEG_FAILED', `${program}: ${why}`),
      )
    })
  })
}
