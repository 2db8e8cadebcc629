import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/errors.ts'
import { isAlive, type ProcessIdentity, processIdentity } from '../core/process-identity.ts'

interface Holder extends ProcessIdentity {
  readonly job: string
  readonly sinceMs: number
}

/**
 * Makes sure that one process does a job. The file says who holds it; a holder that is gone, however it went, is
 * passed over: its process number and start time are compared, so that another process with its number does not count.
 *
 * @throws AppError TRAIN_BUSY naming the holder, STORE_WRITE
 */
export function lockJob(options: { file: string; job: string; clock: Clock }): { release(): void } {
  const { file, job, clock } = options
  const own: Holder = { ...processIdentity(), job, sinceMs: clock.nowMs() }
  for (let attempt = 0; attempt < 5; attempt += 1) {
    if (create(file, own)) return { release: () => release(file, own) }
    const holder = readHolder(file)
    if (holder !== null && isAlive(holder))
      throw new AppError(
        'TRAIN_BUSY',
        `${holder.job} runs already: process ${holder.pid} since ${new Date(holder.sinceMs).toISOString()} (${file})`,
        { details: { pid: holder.pid, file } },
      )
    passOver(file, holder)
  }
  throw new AppError('TRAIN_BUSY', `${file}: several processes want to do ${job} at the same time; try again`)
}

/** Whether the file was made; false when somebody holds it. */
function create(file: string, own: Holder): boolean {
  try {
    mkdirSync(dirname(file), { recursive: true })
    const handle = openSync(file, 'wx')
    writeSync(handle, JSON.stringify(own))
    fsyncSync(handle)
    closeSync(handle)
    return true
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    throw new AppError('STORE_WRITE', `${file}: the lock cannot be written (${code})`, { cause })
  }
}

/** Who holds it; null when the file is gone or was cut short by a crash. */
function readHolder(file: string): Holder | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder
  } catch {
    return null
  }
}

/** Takes a dead holder's file away, unless another process was faster and holds it now. */
function passOver(file: string, dead: Holder | null): void {
  const aside = `${file}.${process.pid}.stale`
  try {
    renameSync(file, aside)
  } catch {
    return
  }
  const moved = readHolder(aside)
  const mistaken = moved !== null && (moved.pid !== dead?.pid || moved.sinceMs !== dead?.sinceMs)
  if (mistaken) writeFileSync(file, JSON.stringify(moved), { flag: 'wx' })
  rmSync(aside, { force: true })
}

function release(file: string, own: Holder): void {
  const holder = readHolder(file)
  if (holder?.pid === own.pid && holder.sinceMs === own.sinceMs) rmSync(file, { force: true })
}
