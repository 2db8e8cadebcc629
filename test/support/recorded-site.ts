import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { AlertStep } from '../../src/core/alert.ts'
import { systemClock } from '../../src/core/clock.ts'
import { openEventStore } from '../../src/event/event-store.ts'
import { sampleStep } from './sample-step.ts'

const run = promisify(execFile)

export interface RecordedSegment {
  readonly cameraId: string
  readonly startedMs: number
  readonly lengthMs: number
  readonly video: string
}

export interface RecordedAlert {
  readonly alertId: string
  readonly cameraId: string
  readonly label: string
  readonly fromMs: number
  readonly toMs: number
  /** Footage of its clip, if it has one, and when that begins. */
  readonly clip?: { readonly video: string; readonly startedMs: number; readonly lengthMs: number }
}

/**
 * A data directory as `vireo run` leaves it: segments as fragmented MP4 whose time line goes on, alerts and their
 * clips in the database. Returns the paths of segments and clips, in the given order.
 */
export async function recordedSite(options: {
  dataDir: string
  segments?: readonly RecordedSegment[]
  alerts?: readonly RecordedAlert[]
}): Promise<{ segments: string[]; clips: string[] }> {
  const { dataDir, segments = [], alerts = [] } = options
  const paths = { segments: [] as string[], clips: [] as string[] }
  for (const { cameraId, startedMs, lengthMs, video } of segments) {
    const time = new Date(startedMs).toISOString()
    const name = `${time.slice(11, 23).replaceAll(/[:.]/g, '')}-1.mp4`
    const path = join(dataDir, 'segments', cameraId, time.slice(0, 10), name)
    const flags = '+empty_moov+default_base_moof+frag_keyframe+frag_discont'
    await copy(video, path, [
      '-movflags',
      flags,
      '-output_ts_offset',
      '1000',
      '-avoid_negative_ts',
      'disabled',
    ])
    utimesSync(path, new Date(startedMs + lengthMs), new Date(startedMs + lengthMs))
    paths.segments.push(path)
  }
  const store = openEventStore({ dataDir, source: '/vireo/test', clock: systemClock })
  try {
    for (const alert of alerts) {
      store.acceptAlert(stepOf(alert))
      const { clip, alertId, cameraId } = alert
      if (!clip) continue
      const day = new Date(clip.startedMs).toISOString().slice(0, 10)
      const path = join(dataDir, 'clips', cameraId, day, `${alertId}.mp4`)
      await copy(clip.video, path, ['-movflags', '+faststart'])
      store.acceptClip({
        alertId,
        cameraId,
        path,
        epoch: 1,
        thumbnailPath: null,
        startedMs: clip.startedMs,
        sha256: await sha256Of(path),
        bytes: (await stat(path)).size,
        durationMs: clip.lengthMs,
        firstPtsUs: 0,
        lastPtsUs: clip.lengthMs * 1000,
        preRollMs: alert.fromMs - clip.startedMs,
      })
      paths.clips.push(path)
    }
  } finally {
    store.close()
  }
  return paths
}

async function copy(from: string, to: string, more: readonly string[]): Promise<void> {
  mkdirSync(dirname(to), { recursive: true })
  await run('ffmpeg', ['-v', 'error', '-y', '-i', from, '-c', 'copy', ...more, '-f', 'mp4', to])
}

export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array)
  return hash.digest('hex')
}

function stepOf({ alertId, cameraId, label, fromMs, toMs }: RecordedAlert): AlertStep {
  return sampleStep({
    alertId,
    cameraId,
    label,
    phase: 'end',
    seq: 1,
    rule: label,
    endReason: 'cleared',
    lastPtsUs: (toMs - fromMs) * 1000,
    startedMs: fromMs,
    lastMs: toMs,
  })
}

/** A configuration for a data directory, in a file beside it. */
export function writeSiteConfig(dataDir: string, more: string): string {
  const file = `${dataDir}.yaml`
  writeFileSync(file, `version: 1\ndataDir: ${dataDir}\n${more}`)
  return file
}
