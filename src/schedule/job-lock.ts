import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/errors.ts'
import { holdFile } from '../store/file-lock.ts'
import { readJson } from '../store/read-json.ts'

/** The furthest time that a Date can hold. */
const mostMs = 8.64e15
const holderSchema = z.object({
  pid: z.int(),
  job: z.string(),
  sinceMs: z.number().min(-mostMs).max(mostMs),
})
type Holder = z.infer<typeof holderSchema>

/**
 * Makes sure that one process does a job. The operating system lets go of the lock when its holder ends, however it ends.
 * Who holds it is in a file beside it, only to tell the others.
 *
 * @throws AppError TRAIN_BUSY naming the holder, STORE_OPEN, STORE_WRITE
 */
export function lockJob(options: { file: string; job: string; clock: Clock }): { release(): void } {
  const { file, job, clock } = options
  const lock = hold(file)
  if (lock === null) throw busy(file, job)
  const holderFile = `${file}.json`
  const own: Holder = { pid: process.pid, job, sinceMs: clock.nowMs() }
  try {
    writeFileSync(holderFile, JSON.stringify(own), { mode: 0o600 })
  } catch {
    // Others are then told less.
  }
  return {
    release() {
      rmSync(holderFile, { force: true })
      lock.release()
    },
  }
}

function hold(file: string): { release(): void } | null {
  try {
    return holdFile(file)
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    throw new AppError('STORE_WRITE', `${file}: the lock cannot be had (${(cause as Error).message})`, {
      cause,
    })
  }
}

function busy(file: string, job: string): AppError {
  const holder = readHolder(`${file}.json`)
  const who = holder
    ? `${holder.job} runs already: process ${holder.pid} since ${new Date(holder.sinceMs).toISOString()} (${file})`
    : `${job} runs already in another process (${file})`
  return new AppError('TRAIN_BUSY', who, { details: { file, ...(holder && { pid: holder.pid }) } })
}

/** Null where the file is not there (yet), or not whole. */
function readHolder(file: string): Holder | null {
  try {
    return readJson(readFileSync(file, 'utf8'), holderSchema)
  } catch {
    return null
  }
}
