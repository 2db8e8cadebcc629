import { createWriteStream } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { Session } from 'node:inspector/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { getHeapSnapshot } from 'node:v8'
import type { Clock } from '../core/clock.ts'
import { AppError, toAppError } from '../core/errors.ts'
import type { Log } from '../core/telemetry-port.ts'

/** How long the processor is watched. */
export const profileMs = 10_000

export interface Profiles {
  /** Writes both files; while it does, asking again does nothing. Never throws: what went wrong is in the log. */
  take(): Promise<void>
  /** Gives up what is not written yet. */
  close(): Promise<void>
}

/** What the JavaScript engine tells of itself. */
export interface Engine {
  /** Watches the processor until `over`; the profile as text. */
  cpuProfile(over: Promise<unknown>): Promise<string>
  /** Holds everything up until it is taken. */
  heapSnapshot(): Readable
}

/**
 * A CPU profile of the main thread and then a heap snapshot, written into `dir` for the user of the process alone: the
 * memory holds passwords and pictures.
 */
export function createProfiles(options: { dir: string; clock: Clock; log: Log; engine?: Engine }): Profiles {
  const { dir, clock, log, engine = v8 } = options
  const closing = Promise.withResolvers<void>()
  let closed = false
  let running: Promise<void> | null = null

  const write = async (name: string, content: Readable) => {
    const file = join(dir, name)
    const part = `${file}.part`
    try {
      await pipeline(content, createWriteStream(part, { mode: 0o600, flags: 'wx' }))
      await rename(part, file)
    } catch (thrown) {
      await rm(part, { force: true })
      throw thrown
    }
    log.info({ file }, 'a profile was written')
  }
  const takeBoth = async () => {
    const name = new Date(clock.nowMs()).toISOString().replaceAll(':', '-')
    await mkdir(dir, { recursive: true, mode: 0o700 })
    log.info({ dir, seconds: profileMs / 1000 }, 'a CPU profile is taken, then a heap snapshot')
    let cancel = () => {}
    const waited = new Promise<void>((resolve) => {
      cancel = clock.after(profileMs, resolve)
    })
    const profile = await engine.cpuProfile(Promise.race([waited, closing.promise])).finally(() => cancel())
    if (closed) return
    await write(`${name}.cpuprofile`, Readable.from([profile]))
    if (closed) return
    await write(`${name}.heapsnapshot`, engine.heapSnapshot())
  }

  return {
    async take() {
      if (closed) return
      if (running) return log.warn({}, 'a profile is being taken already')
      running = takeBoth().catch((thrown) => {
        const { code, message } = onDisk(thrown) ?? toAppError(thrown)
        log.error({ code, dir }, `no profile could be written: ${message}`)
      })
      await running
      running = null
    },
    async close() {
      closed = true
      closing.resolve()
      await running
    },
  }
}

/** A disk that is full or a folder that is closed is no mistake of the program. */
function onDisk(thrown: unknown): AppError | null {
  const { syscall, message } = thrown as NodeJS.ErrnoException
  return syscall === undefined ? null : new AppError('STORE_FILE', message, { cause: thrown })
}

const v8: Engine = {
  async cpuProfile(over) {
    const session = new Session()
    session.connect()
    try {
      await session.post('Profiler.enable')
      await session.post('Profiler.start')
      await over
      const { profile } = await session.post('Profiler.stop')
      return JSON.stringify(profile)
    } finally {
      session.disconnect()
    }
  },
  heapSnapshot: () => getHeapSnapshot(),
}
