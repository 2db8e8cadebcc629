import type { spawn as nodeSpawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Clock } from '../../../src/core/clock.ts'
import { errorTable } from '../../../src/core/error-table.ts'
import { AppError, type ErrorCode } from '../../../src/core/errors.ts'
import type { Log } from '../../../src/core/telemetry-port.ts'
import { anyObject, readJson } from '../../../src/store/read-json.ts'

export interface LearningProcess {
  /**
   * Begins `vireo learn --once` with a plan; resolves as soon as it is at work, or has been for a while.
   *
   * @throws AppError what it ended with, if it ended at once
   */
  begin(options: { readonly planFile: string; readonly who: string }): Promise<void>
  /** What it says of its run, phase and progress, and its end. */
  close(): Promise<void>
}

// What is built lies one folder deeper.
const bin = join(
  import.meta.dirname,
  import.meta.url.endsWith('.ts') ? '../../../bin/vireo.js' : '../../../../bin/vireo.js',
)
/** What is wrong with plan, footage or lock is known after so long. */
const patienceMs = 8000
const stopPatienceMs = 6000

/** Learning in a process of its own, as the schedule begins it: nothing of it runs beside the frames of cameras. */
export function createLearningProcess(options: {
  configFile: string
  spawn: typeof nodeSpawn
  clock: Clock
  log: Log
  /** Told of every line that it says. */
  said: (fields: Readonly<Record<string, unknown>>) => void
  /** Told of its end. */
  ended: (code: number | null) => void
}): LearningProcess {
  const { configFile, spawn, clock, log, said, ended } = options
  const children = new Map<ReturnType<typeof nodeSpawn>, Promise<void>>()
  return {
    async begin({ planFile, who }) {
      const args = [bin, 'learn', '--once', '--json', '-c', configFile, '--plan', planFile, `--who=${who}`]
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
      let failure: AppError | null = null
      const begun = Promise.withResolvers<void>()
      createInterface(child.stderr!).on('line', (line) => {
        const fields = readJson(line, anyObject)
        if (fields === null) return
        if (fields.error) failure = errorOf(fields.error)
        if (fields.run !== undefined || fields.phase !== undefined) begun.resolve()
        said(fields)
      })
      createInterface(child.stdout!).on('line', (line) => said(readJson(line, anyObject) ?? {}))
      const gone = new Promise<void>((resolve) => {
        child.once('error', (thrown) => {
          log.error({ err: thrown }, 'learning could not begin')
          failure ??= new AppError('TRAIN_DATA', `learning could not begin (${thrown.message})`)
        })
        child.once('close', (code) => {
          children.delete(child)
          if (code === 0) begun.resolve()
          else begun.reject(failure ?? new AppError('TRAIN_DATA', `learning ended at once (status ${code})`))
          ended(code)
          resolve()
        })
      })
      children.set(child, gone)
      const cancel = clock.after(patienceMs, begun.resolve)
      await begun.promise.finally(cancel)
    },
    async close() {
      for (const child of children.keys()) {
        child.kill('SIGTERM')
        const cancel = clock.after(stopPatienceMs, () => child.kill('SIGKILL'))
        child.once('close', cancel)
      }
      await Promise.all(children.values())
    },
  }
}

function errorOf(error: unknown): AppError {
  const { code, message } = error as { code?: unknown; message?: unknown }
  const known = typeof code === 'string' && code in errorTable ? (code as ErrorCode) : 'TRAIN_DATA'
  return new AppError(known, String(message ?? 'learning failed'))
}
