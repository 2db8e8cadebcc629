import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { coverageOf, fileAt, joinCovered } from '../../pipelines/footage/coverage.ts'
import { createFootageJobs } from '../../pipelines/footage/footage-jobs.ts'
import { createPicturesAt } from '../../pipelines/footage/picture-at.ts'
import { systemClock } from '../../src/core/clock.ts'
import { noTelemetry } from '../../src/core/telemetry-port.ts'
import type { FootageJob } from '../../src/http/footage/export-port.ts'
import { createFileTimeline } from '../../src/record/file-timeline.ts'
import { boxesOf } from '../../src/record/mp4-boxes.ts'
import { tempDir } from '../support/temp-dir.ts'

const startMs = Date.parse('2026-05-02T10:00:00.000Z')
let dataDir: string
let jobs: ReturnType<typeof createFootageJobs>

/** A box that goes from left to right through the upper half. */
const moving = ['-f', 'lavfi', '-i', 'color=gray:s=320x180:r=10,format=yuv420p']
const drawn = "geq=lum='if(lt(Y,60)*between(X,mod(T*40,320),mod(T*40,320)+40),235,128)':cb=128:cr=128"

/** Segments as the recorder writes them: fragmented, named by their beginning. */
function writeSegment(camera: string, offsetMs: number, seconds: number, filter: string): void {
  const time = new Date(startMs + offsetMs).toISOString()
  const folder = join(dataDir, 'segments', camera, time.slice(0, 10))
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${time.slice(11, 23).replaceAll(/[:.]/g, '')}-1.mp4`)
  const encode = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '10', '-t', String(seconds)]
  const form = ['-movflags', '+frag_keyframe+empty_moov+default_base_moof', '-f', 'mp4', file]
  execFileSync('ffmpeg', ['-v', 'error', '-y', ...moving, '-vf', filter, ...encode, ...form])
  // With its length stated, as the recorder does.
  const bytes = readFileSync(file)
  const at = boxesOf(bytes).find(({ type }) => type === 'moof')!.at
  const timeline = createFileTimeline(bytes.subarray(0, at), bytes.subarray(at))
  const whole = Buffer.concat([timeline.init, bytes.subarray(at)])
  const length = timeline.length(seconds * 1e6)!
  whole.set(length.bytes, length.at)
  writeFileSync(file, whole)
}

async function finished(begun: FootageJob): Promise<FootageJob> {
  while (true) {
    const job = jobs.job(begun.id)
    if (job.state === 'done' || job.state === 'failed') return job
    await new Promise((resolve) => setImmediate(resolve))
  }
}

const probe = (path: string, entries: string): string =>
  execFileSync('ffprobe', ['-v', 'error', '-show_entries', entries, '-of', 'csv=p=0', path], {
    encoding: 'utf8',
  })

beforeAll(() => {
  dataDir = tempDir('footage')
  for (const camera of ['gate', 'yard']) {
    writeSegment(camera, 0, 4, drawn)
    writeSegment(camera, 4000, 4, drawn)
    writeSegment(camera, 20_000, 4, 'null')
  }
  jobs = createFootageJobs({
    dataDir,
    spawn,
    clock: systemClock,
    telemetry: noTelemetry,
    spareBytes: () => 0,
  })
})
afterAll(() => jobs.close())

describe('recordings by time', () => {
  it('knows what is there, and where gaps are', async () => {
    const files = await coverageOf(dataDir, 'gate', startMs - 60_000, startMs + 60_000)
    expect(files.map(({ startedMs }) => startedMs - startMs)).toEqual([0, 4000, 20_000])
    const spans = joinCovered(files).map(({ fromMs, toMs }) => [fromMs - startMs, toMs - startMs])
    expect(spans).toHaveLength(2)
    expect(spans[0]).toEqual([0, expect.closeTo(8000, -2.5)])
    expect(await coverageOf(dataDir, 'gate', startMs + 9000, startMs + 19_000)).toEqual([])
    expect(await coverageOf(dataDir, 'nobody', startMs, startMs + 1000)).toEqual([])
    expect((await fileAt(dataDir, 'gate', startMs + 5000))?.startedMs).toBe(startMs + 4000)
    expect(await fileAt(dataDir, 'gate', startMs + 12_000)).toBeNull()
  })

  it('makes a small picture of a moment once', async () => {
    const pictures = createPicturesAt({ spawn, clock: systemClock, telemetry: noTelemetry })
    const { path } = (await fileAt(dataDir, 'gate', startMs + 5000))!
    const [one, same] = await Promise.all([pictures.take(path, 1000), pictures.take(path, 1400)])
    expect(one.subarray(0, 2)).toEqual(Buffer.of(0xff, 0xd8))
    expect(same).toBe(one)
    await expect(pictures.take(join(dataDir, 'none.mp4'), 0)).rejects.toMatchObject({
      code: 'MEDIA_FFMPEG_FAILED',
    })
  })

  it('copies a time over files and gaps, with the time of day as subtitles', async () => {
    const wish = {
      cameras: ['gate'],
      fromMs: startMs + 2000,
      toMs: startMs + 22_000,
      time: 'subtitles',
    } as const
    const job = await finished(jobs.startExport(wish))
    expect(job).toMatchObject({ state: 'done', progress: 1, problem: null })
    const { path, fileName } = jobs.jobFile(job.id)
    expect(fileName).toBe('gate_2026-05-02T10-00-02.mp4')
    // Two seconds of the first, four of the second, two of the third.
    expect(Number(probe(path, 'format=duration'))).toBeCloseTo(8, 0)
    expect(probe(path, 'stream=codec_name').trim().split('\n')).toEqual(['h264', 'mov_text'])
  })

  it('draws the time of day, and packs several cameras into one file', async () => {
    const wish = { cameras: ['gate', 'yard'], fromMs: startMs, toMs: startMs + 3000, time: 'burned' } as const
    const job = await finished(jobs.startExport(wish))
    expect(job.problem).toBeNull()
    const { path, type } = jobs.jobFile(job.id)
    expect(type).toBe('application/x-tar')
    const names = execFileSync('tar', ['-tf', path], { encoding: 'utf8' }).trim().split('\n')
    expect(names).toEqual(['gate_2026-05-02T10-00-00.mp4', 'yard_2026-05-02T10-00-00.mp4'])
  })

  it('says that nothing is recorded, and forgets what is taken away', async () => {
    const wish = { cameras: ['gate'], fromMs: startMs + 9000, toMs: startMs + 10_000, time: 'none' } as const
    const job = await finished(jobs.startExport(wish))
    expect(job).toMatchObject({ state: 'failed', problem: { code: 'MEDIA_NO_FOOTAGE' } })
    jobs.dropJob(job.id)
    expect(() => jobs.job(job.id)).toThrow(/no export or search/)
  })

  it('finds motion in an area, and none beside it', async () => {
    const search = (area: { x: number; y: number; width: number; height: number }) =>
      finished(jobs.startSearch({ camera: 'gate', fromMs: startMs, toMs: startMs + 60_000, area }))
    const above = await search({ x: 0, y: 0, width: 1, height: 0.5 })
    expect(above.hits).toHaveLength(1)
    expect(Date.parse(above.hits[0]!.to)).toBeLessThanOrEqual(startMs + 8000)
    const below = await search({ x: 0, y: 0.6, width: 1, height: 0.4 })
    expect(below).toMatchObject({ state: 'done', hits: [] })
  })
})
