import { execFile, spawn } from 'node:child_process'
import { existsSync, globSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { RetentionStatus } from '../../pipelines/record/retention-status.ts'
import { tierRecordings } from '../../pipelines/record/tier-recordings.ts'
import { loadConfig } from '../../src/config/load.ts'
import { systemClock } from '../../src/core/clock.ts'
import { noTelemetry } from '../../src/core/telemetry-port.ts'
import { openEventStore } from '../../src/event/event-store.ts'
import { openDatasetFolder } from '../../src/review/dataset-folder.ts'
import { sealManifest } from '../../src/review/dataset-manifest.ts'
import { hasTool } from '../support/prepare-machine.ts'
import { recordedSite, sha256Of, writeSiteConfig } from '../support/recorded-site.ts'
import { tempDir } from '../support/temp-dir.ts'
import { testVideo } from '../support/test-video.ts'
import { vireo } from '../support/vireo-process.ts'

const ready = hasTool('ffmpeg')
if (!ready) process.stderr.write('skipped: tiering (ffmpeg is missing)\n')

const run = promisify(execFile)
const lengthMs = 8000
const hourMs = 3_600_000
const startMs = Date.now() - 48 * hourMs
let folder: string
let dataDir: string
const video = {} as Record<'h264' | 'h265', string>

beforeAll(async () => {
  if (!ready) return
  // With the noise of a sensor, as cameras send it.
  const seen = {
    name: 'noisy',
    seconds: lengthMs / 1000,
    widthPx: 1280,
    heightPx: 720,
    filter: 'noise=alls=6:allf=t',
  }
  for (const codec of ['h264', 'h265'] as const) video[codec] = await testVideo({ ...seen, codec })
})
beforeEach(() => {
  folder = tempDir('tier')
  dataDir = join(folder, 'data')
})

const configWith = (more: string) =>
  writeSiteConfig(
    dataDir,
    `cameras: []\nrecording:\n  tierAfterHours: 24\n  tier: { pauseAboveLoad: 1, ${more} }\n`,
  )

/** One round of what `vireo run` does, and what the command line says of it. */
async function tierOnce(config: string): Promise<{ tiered: number; status: RetentionStatus }> {
  const loaded = loadConfig(config)
  const store = openEventStore({ dataDir, source: '/vireo/test', clock: systemClock })
  const tiering = tierRecordings({
    config: loaded,
    current: () => loaded,
    store,
    engine: { strideScale: () => 1 },
    spawn,
    clock: systemClock,
    steady: systemClock,
    telemetry: noTelemetry,
  })
  try {
    return { tiered: await tiering.round(), status: await statusOf(config) }
  } finally {
    await tiering.close()
    store.close()
  }
}

async function statusOf(config: string): Promise<RetentionStatus> {
  const child = vireo(['retention', 'status', '--config', config, '--files', '--json'])
  expect([await child.ended, child.errors()]).toEqual([0, ''])
  return JSON.parse(child.lines.at(-1)!)
}

async function probe(file: string) {
  const args = ['-v', 'error', '-count_frames', '-show_streams', '-show_format', '-of', 'json', file]
  const { streams, format } = JSON.parse((await run('ffprobe', args)).stdout)
  // Every picture can be decoded without complaint.
  expect((await run('ffmpeg', ['-v', 'error', '-xerror', '-i', file, '-f', 'null', '-'])).stderr).toBe('')
  const [{ codec_name: codec, height, nb_read_frames }] = streams
  return { codec, height, frames: Number(nb_read_frames), durationMs: Math.round(format.duration * 1000) }
}

const at = (index: number) => startMs + index * 600_000
const segment = (index: number, more: object = {}) => ({
  cameraId: 'gate',
  startedMs: at(index),
  lengthMs,
  video: video.h264,
  ...more,
})

describe.skipIf(!ready)('old footage', () => {
  it('without events becomes small, measured, with its lineage; everything else keeps its SHA-256', async () => {
    const { segments, clips } = await recordedSite({
      dataDir,
      segments: [
        ...[segment(0), segment(1, { video: video.h265 }), segment(2), segment(3)],
        segment(4, { startedMs: Date.now() - hourMs }),
      ],
      alerts: [
        {
          alertId: 'alert-gate',
          cameraId: 'gate',
          label: 'falling',
          fromMs: at(2) + lengthMs + 20_000,
          toMs: at(2) + lengthMs + 21_000,
          clip: { video: video.h264, startedMs: at(2) + lengthMs + 15_000, lengthMs },
        },
      ],
    })
    await openDatasetFolder(dataDir).write(datasetOf(segments[3]!, await sha256Of(segments[3]!)))
    const before = await Promise.all([...segments, ...clips].map(sha256Of))
    const bytes = segments.map((path) => statSync(path).size)
    const changedMs = segments.map((path) => statSync(path).mtimeMs)
    const config = configWith('maxFps: 5, maxHeightPx: 360')
    const { tiered, status } = await tierOnce(config)
    expect(tiered).toBe(2)

    for (const index of [0, 1]) {
      const path = segments[index]!
      const { codec, height, frames, durationMs } = await probe(path)
      expect([codec, height, frames]).toEqual(['h264', 360, 40])
      expect(Math.abs(durationMs - lengthMs)).toBeLessThanOrEqual(200)
      expect(statSync(path).size).toBeLessThan(bytes[index]! * 0.5)
      expect(Math.abs(statSync(path).mtimeMs - changedMs[index]!)).toBeLessThan(2)
      const known = status.files!.find(({ startedMs }) => startedMs === at(index))!
      expect(known).toMatchObject({ state: 'tiered', kept: null })
      expect(known.lineage).toMatchObject({ sha256Before: before[index], sha256After: await sha256Of(path) })
      expect(known.measure).toMatchObject({ bytesBefore: bytes[index], bytesAfter: statSync(path).size })
      expect(known.measure!.ssim).toBeGreaterThan(0.9)
      expect(known.measure!.ssim).toBeLessThan(1)
      expect(known.measure!.psnrDb).toBeGreaterThan(28)
    }
    const after = await Promise.all([...segments, ...clips].map(sha256Of))
    expect(after.slice(2)).toEqual(before.slice(2))
    expect(globSync(join(dataDir, '**/*.tmp'))).toEqual([])
    const [gate] = status.cameras
    expect(gate).toMatchObject({
      cameraId: 'gate',
      segments: { count: 5 },
      tier: { tiered: 2, kept: { event: 1, labelled: 1 }, waiting: 0 },
    })
    expect(gate!.tier.bytesSaved).toBe(
      bytes[0]! + bytes[1]! - statSync(segments[0]!).size - statSync(segments[1]!).size,
    )

    // Nothing is encoded a second time, not even when the database that knew is gone.
    expect((await tierOnce(config)).tiered).toBe(0)
    for (const file of globSync(join(dataDir, 'vireo.db*'))) rmSync(file)
    expect((await tierOnce(config)).status.cameras[0]!.tier.kept).toMatchObject({ tiered_before: 2 })
    expect(await Promise.all(segments.slice(0, 2).map(sha256Of))).toEqual(after.slice(0, 2))
  })

  it.each([
    ['minSsim: 0.9999', 'quality', /^SSIM 0\.9\d+ < 0\.9999$/],
    ['minSavingPercent: 99', 'not_smaller', /^saves [\d.]+ % < 99 %$/],
  ])('keeps its original when what was made of it falls short: %s', async (floor, kept, note) => {
    const { segments } = await recordedSite({ dataDir, segments: [segment(0)] })
    const before = await sha256Of(segments[0]!)
    const { tiered, status } = await tierOnce(configWith(floor))
    expect(tiered).toBe(0)
    expect(status.files).toMatchObject([
      { state: 'kept', kept, note: expect.stringMatching(note), lineage: null },
    ])
    expect(status.files![0]!.measure!.bytesAfter).toBeGreaterThan(0)
    expect(await sha256Of(segments[0]!)).toBe(before)
    expect(globSync(join(dataDir, '**/*.tmp'))).toEqual([])
  })

  it('is whole after kill -9 of vireo run, which goes on where it was', async () => {
    const { segments } = await recordedSite({ dataDir, segments: [segment(0), segment(1)] })
    const before = await Promise.all(segments.map(sha256Of))
    const config = configWith('codec: h265')
    const made = () => globSync(join(dataDir, 'segments/**/*.tmp')).length
    const first = vireo(['run', '--config', config, '--no-alerts'])
    try {
      await expect.poll(made, { timeout: 60_000, interval: 20 }).toBe(1)
    } finally {
      first.child.kill('SIGKILL')
      await first.ended
    }
    const now = await Promise.all(segments.map(sha256Of))
    const known = (await statusOf(config)).files!
    for (const [index, path] of segments.entries()) {
      const file = known.find(({ startedMs }) => startedMs === at(index))
      // Either nothing happened to it, or it is in place and known.
      expect([before[index], file?.lineage?.sha256After], path).toContain(now[index])
      await probe(path)
    }
    const second = vireo(['run', '--config', config, '--no-alerts'])
    try {
      await expect
        .poll(async () => (await statusOf(config)).cameras[0]!.tier.tiered, {
          timeout: 90_000,
          interval: 500,
        })
        .toBe(2)
    } finally {
      second.child.kill('SIGTERM')
      await second.ended
    }
    expect(made()).toBe(0)
    for (const path of segments) expect(await probe(path)).toMatchObject({ codec: 'hevc', height: 480 })
    expect(existsSync(`${segments[0]}.tier.tmp`)).toBe(false)
  })
})

function datasetOf(path: string, sha256: string) {
  const entry = {
    path,
    sha256,
    startMs: 0,
    endMs: 1000,
    camera: 'gate',
    recordedMs: at(3),
    group: 'gate/day',
  }
  return sealManifest({
    formatVersion: 1,
    name: 'site',
    version: 1,
    createdMs: startMs,
    parent: null,
    seed: 1,
    shares: { train: 1, validation: 0, test: 0 },
    labels: ['falling'],
    entries: [
      {
        ...entry,
        id: 'one',
        side: 'train',
        labels: ['falling'],
        notLabels: [],
        reason: 'import',
        fact: null,
        who: null,
      },
    ],
  })
}
