import type { spawn as nodeSpawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Clock } from '../../src/core/clock.ts'
import { cacheDir } from '../../src/core/data-dir.ts'
import { AppError, type ErrorCode, toAppError } from '../../src/core/errors.ts'
import type { Telemetry } from '../../src/core/telemetry-port.ts'
import type { ExportPort, FootageJob } from '../../src/http/footage/export-port.ts'
import { makeFolders } from '../../src/store/make-folders.ts'
import { createExportRoom, mostExportBytes } from './export-room.ts'
import { renderExport } from './render-export.ts'
import { searchMotion } from './search-motion.ts'

const mostWaiting = 8
/** Jobs that are done and remembered with their files; the oldest make way. */
const mostKept = 20
const keptMs = 24 * 3_600_000
const mostHits = 500

interface Job {
  entry: FootageJob
  readonly folder: string
  readonly stop: AbortController
  path: string | null
  work: () => Promise<void>
}

/** Exports and searches, one after the other so that the live part never waits for them. */
export function createFootageJobs(options: {
  dataDir: string
  spawn: typeof nodeSpawn
  clock: Clock
  telemetry: Telemetry
  /** Free bytes that exports leave to the recordings. */
  spareBytes: () => number
  /** Injected by tests. */
  freeBytes?: () => Promise<number>
}): ExportPort & { close(): Promise<void> } {
  const { dataDir, clock, telemetry } = options
  const dir = join(cacheDir(dataDir), 'exports')
  const room = createExportRoom({ ...options, dir })
  const jobs = new Map<string, Job>()
  const queue: Job[] = []
  let running: Promise<void> | null = null
  // What an earlier process made is of no use to anybody.
  const cleared = rm(dir, { recursive: true, force: true }).catch(() => {})

  const find = (id: string): Job => {
    const job = jobs.get(id)
    if (job) return job
    throw new AppError('API_NOT_FOUND', `there is no export or search ${id}; they are kept for a day`)
  }
  const change = (job: Job, part: Partial<FootageJob>) => {
    job.entry = { ...job.entry, ...part }
  }
  const clear = (job: Job) => rm(job.folder, { recursive: true, force: true }).catch(() => {})
  const drop = (id: string) => {
    const job = find(id)
    job.stop.abort()
    jobs.delete(id)
    void clear(job)
  }
  /** Files of all exports take so much together; the oldest make way. */
  const makeRoom = (newest: Job) => {
    let bytes = newest.entry.file?.bytes ?? 0
    for (const old of [...jobs.values()].reverse()) {
      if (old === newest) continue
      bytes += old.entry.file?.bytes ?? 0
      if (old.entry.file && bytes > mostExportBytes) drop(old.entry.id)
    }
  }
  const next = async () => {
    for (let job = queue.shift(); job; job = queue.shift()) {
      if (job.stop.signal.aborted) continue
      change(job, { state: 'running' })
      try {
        await cleared
        makeFolders(job.folder, 0o700)
        await job.work()
        change(job, { state: 'done', progress: 1 })
        makeRoom(job)
      } catch (thrown) {
        // What it wrote is of no use to anybody, also where it was taken away while it was written.
        await clear(job)
        if (job.stop.signal.aborted) continue
        const { code, message } = toAppError(thrown)
        telemetry.log.warn({ code, reason: message }, `the ${job.entry.kind} ended early`)
        change(job, { state: 'failed', problem: { code, message: shownReason(code, message) } })
      }
    }
    running = null
  }
  const begin = (
    entry: Pick<FootageJob, 'kind' | 'cameras' | 'from' | 'to'>,
    work: (job: Job) => Promise<void>,
  ): FootageJob => {
    if (queue.length >= mostWaiting)
      throw new AppError('API_BUSY', 'too many exports and searches wait; try again')
    const id = randomBytes(10).toString('hex')
    const job: Job = {
      entry: { ...entry, id, state: 'waiting', progress: 0, problem: null, file: null, hits: [] },
      folder: join(dir, id),
      stop: new AbortController(),
      path: null,
      work: () => work(job),
    }
    jobs.set(id, job)
    clock.after(keptMs, () => {
      if (jobs.has(id)) drop(id)
    })
    const done = [...jobs.values()].filter(({ entry: { state } }) => state === 'done' || state === 'failed')
    for (const old of done.slice(0, Math.max(0, jobs.size - mostKept))) drop(old.entry.id)
    queue.push(job)
    running ??= next()
    return job.entry
  }
  const iso = (ms: number) => new Date(ms).toISOString()
  const progressOf = (job: Job) => (share: number) =>
    change(job, { progress: Math.round(Math.min(1, share) * 1000) / 1000 })

  return {
    startExport: (wish) =>
      begin(
        { kind: 'export', cameras: wish.cameras, from: iso(wish.fromMs), to: iso(wish.toMs) },
        async (job) => {
          const parts = { ...options, room, wish, folder: job.folder, signal: job.stop.signal }
          job.path = await renderExport({ ...parts, onProgress: progressOf(job) })
          change(job, { file: { name: basename(job.path), bytes: (await stat(job.path)).size } })
        },
      ),
    startSearch: (wish) =>
      begin({ kind: 'search', cameras: [wish.camera], from: iso(wish.fromMs), to: iso(wish.toMs) }, (job) =>
        searchMotion({
          ...options,
          wish,
          signal: job.stop.signal,
          onProgress: progressOf(job),
          onHit({ fromMs, toMs, motion }) {
            if (job.entry.hits.length >= mostHits) return
            const hit = { from: iso(fromMs), to: iso(toMs), motion: Math.round(motion * 1000) / 1000 }
            change(job, { hits: [...job.entry.hits, hit] })
          },
        }),
      ),
    job: (id) => find(id).entry,
    jobs: () => [...jobs.values()].map(({ entry }) => entry).reverse(),
    dropJob: drop,
    jobFile(id) {
      const { path, entry } = find(id)
      if (path === null || !entry.file) throw new AppError('API_NOT_FOUND', 'the export is not ready')
      const type = path.endsWith('.tar') ? 'application/x-tar' : 'video/mp4'
      const etag = createHash('sha256').update(`${id} ${entry.file.bytes}`).digest('hex').slice(0, 32)
      return { path, type, etag, fileName: entry.file.name }
    },
    async close() {
      for (const { stop } of jobs.values()) stop.abort()
      queue.length = 0
      await running
      await rm(dir, { recursive: true, force: true }).catch(() => {})
    },
  }
}

/** What ffmpeg says names places on this machine: it stays in the log. */
const shownReason = (code: ErrorCode, message: string) =>
  code === 'MEDIA_FFMPEG_FAILED' || code === 'BUG_UNEXPECTED'
    ? 'the recording could not be read or written; the log says why'
    : message
