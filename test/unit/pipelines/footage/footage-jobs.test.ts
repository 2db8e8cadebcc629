import type { spawn as nodeSpawn } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { createFootageJobs } from '../../../../pipelines/footage/footage-jobs.ts'
import { noTelemetry } from '../../../../src/core/telemetry-port.ts'
import type { FootageJob } from '../../../../src/http/footage/export-port.ts'
import { exportSchemas } from '../../../../src/http/schemas/export-schemas.ts'
import { tempDir } from '../../../support/temp-dir.ts'

const startMs = Date.parse('2026-05-02T10:00:00.000Z')
const sourceBytes = 1000
const wish = { cameras: ['gate', 'yard'], fromMs: startMs, toMs: startMs + 60_000, time: 'none' } as const
const clock = { nowMs: () => startMs, monoMs: () => 0, after: () => () => {} }
let dataDir: string

beforeEach(() => {
  dataDir = tempDir('footage-jobs')
  for (const camera of wish.cameras) {
    const folder = join(dataDir, 'segments', camera, '2026-05-02')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, '100000000-1.mp4'), Buffer.alloc(sourceBytes))
  }
})

/** Stands for ffmpeg: writes the file that it is told to, then says and ends as it is told here. */
function fakeFfmpeg({ bytes = sourceBytes, said = '', code = 0 }) {
  const begun: string[] = []
  const spawn = (_program: string, args: readonly string[]) => {
    begun.push(args.at(-1)!)
    writeFileSync(args.at(-1)!, Buffer.alloc(bytes))
    const child = new EventEmitter()
    let ended = false
    const end = (status: number | null, killedBy: string | null) => {
      if (ended) return
      ended = true
      setImmediate(() => child.emit('close', status, killedBy))
    }
    const stderr = new PassThrough()
    Object.assign(child, { stdout: new PassThrough(), stderr, kill: () => end(null, 'SIGKILL') })
    setImmediate(() => {
      stderr.write(`total_size=${bytes}\n${said}`)
      setImmediate(() => end(code, null))
    })
    return child
  }
  return { spawn: spawn as unknown as typeof nodeSpawn, begun }
}

async function exported(options: { freeBytes: number; ffmpeg: ReturnType<typeof fakeFfmpeg> }) {
  const lines: string[] = []
  const note = (fields: object) => void lines.push(JSON.stringify(fields))
  const jobs = createFootageJobs({
    dataDir,
    clock,
    telemetry: { ...noTelemetry, log: { ...noTelemetry.log, warn: note } },
    spawn: options.ffmpeg.spawn,
    spareBytes: () => 500,
    freeBytes: async () => options.freeBytes,
  })
  const { id } = jobs.startExport(wish)
  const job = await vi.waitUntil<FootageJob | false>(() => {
    const now = jobs.job(id)
    return (now.state === 'done' || now.state === 'failed') && now
  })
  const folder = join(dataDir, 'cache', 'exports', id)
  const left = existsSync(folder) ? readdirSync(folder) : []
  await jobs.close()
  return { job: job as FootageJob, left, lines }
}

describe('an export', () => {
  it('names each camera once', () => {
    const span = { from: '2026-05-02T10:00:00Z', to: '2026-05-02T11:00:00Z' }
    expect(exportSchemas.wish.safeParse({ cameras: ['gate', 'gate'], ...span }).success).toBe(false)
    expect(exportSchemas.wish.safeParse({ cameras: ['gate', 'yard'], ...span }).success).toBe(true)
  })

  it('is not begun where it would take the room that recordings keep free', async () => {
    const ffmpeg = fakeFfmpeg({})
    const { job } = await exported({ freeBytes: 4 * sourceBytes + 499, ffmpeg })
    expect(job).toMatchObject({ state: 'failed', problem: { code: 'STORE_CLIP' } })
    expect(job.problem?.message).toMatch(/free disk.*shorter time/)
    expect(ffmpeg.begun).toEqual([])
  })

  it('leaves the tar alone where there is room', async () => {
    const { job, left } = await exported({ freeBytes: 4 * sourceBytes + 500, ffmpeg: fakeFfmpeg({}) })
    expect(job).toMatchObject({ state: 'done', problem: null })
    expect(left.filter((name) => name.endsWith('.mp4'))).toEqual([])
    expect(left.filter((name) => name.endsWith('.tar'))).toHaveLength(1)
  })

  it('ends where its film becomes larger than there is room, and takes it away', async () => {
    const ffmpeg = fakeFfmpeg({ bytes: 5 * sourceBytes })
    const { job, left } = await exported({ freeBytes: 4 * sourceBytes + 500, ffmpeg })
    expect(job).toMatchObject({ state: 'failed', problem: { code: 'STORE_CLIP' } })
    expect(ffmpeg.begun).toHaveLength(1)
    expect(left).toEqual([])
  })

  it('takes away what it wrote when it fails, and tells places on this machine to the log alone', async () => {
    const ffmpeg = fakeFfmpeg({ said: `${join('/srv', 'x.mp4')}: Invalid data`, code: 1 })
    const { job, left, lines } = await exported({ freeBytes: 1e6, ffmpeg })
    expect(job).toMatchObject({ state: 'failed', problem: { code: 'MEDIA_FFMPEG_FAILED' } })
    expect(job.problem?.message).not.toContain('/srv')
    expect(lines.join()).toContain('/srv/x.mp4: Invalid data')
    expect(left).toEqual([])
  })
})
