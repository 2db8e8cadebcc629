import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { systemClock } from '../../src/core/clock.ts'
import { openEventStore } from '../../src/event/event-store.ts'
import { consoleVideo } from './console.ts'
import { sampleStep } from './sample-step.ts'

const run = promisify(execFile)
const reasons = ['uncertain', 'anomaly', 'random'] as const
const labels = ['falling', 'waving', 'walking'] as const
const clipMs = 4000

export const clipId = (n: number) => createHash('sha256').update(`clip ${n}`).digest('hex').slice(0, 32)

/**
 * Alerts and samples with their recordings, as a running Vireo leaves them: every second one an alert, over two cameras and
 * several days, the newest first by number.
 */
export async function clipsToReview(dataDir: string, count: number): Promise<string[]> {
  const source = await consoleVideo()
  const parts = await Promise.all(
    [0, 4, 8, 12].map(async (startS) => {
      const file = `${source}.${startS}.clip.mp4`
      const cut = ['-ss', String(startS), '-t', '4', '-i', source, '-c', 'copy', '-movflags', '+faststart']
      await run('ffmpeg', ['-v', 'error', '-y', ...cut, file])
      const picture = `${source}.${startS}.clip.jpg`
      await run('ffmpeg', ['-v', 'error', '-y', '-i', file, '-frames:v', '1', '-vf', 'scale=320:-1', picture])
      return { video: readFileSync(file), picture: readFileSync(picture) }
    }),
  )
  const store = openEventStore({ dataDir, source: '/vireo/test', clock: systemClock })
  const nowMs = Date.now()
  const ids: string[] = []
  try {
    for (let n = 0; n < count; n += 1) {
      const alertId = clipId(n)
      const cameraId = n % 3 === 0 ? 'yard' : 'gate'
      const startedMs = nowMs - 600_000 - n * 1_800_000
      const label = labels[n % labels.length]!
      const dir = join(dataDir, 'clips', cameraId, new Date(startedMs).toISOString().slice(0, 10))
      const path = join(dir, `${alertId}.mp4`)
      const { video, picture } = parts[n % parts.length]!
      mkdirSync(dir, { recursive: true })
      writeFileSync(path, video)
      writeFileSync(path.replace('.mp4', '.jpg'), picture)
      const times = { startedMs: startedMs + 1000, lastMs: startedMs + 3000 }
      const score = 0.55 + (n % 40) / 100
      const said = {
        modelName: 'actions',
        modelVersion: '1.0.0',
        explanation: `${label} for 2 s in zone door`,
      }
      if (n % 2 === 0)
        store.acceptAlert(
          sampleStep({
            ...said,
            ...times,
            alertId,
            cameraId,
            label,
            score,
            phase: 'end',
            seq: 1,
            endReason: 'cleared',
          }),
        )
      else
        store.acceptSample({
          ...said,
          ...times,
          sampleId: alertId,
          cameraId,
          reason: reasons[n % reasons.length]!,
          label,
          score,
          trackId: null,
          scores: [
            { label, score },
            { label: 'sitting', score: 0.2 },
          ],
        })
      store.acceptClip({
        alertId,
        cameraId,
        epoch: 1,
        path,
        thumbnailPath: path.replace('.mp4', '.jpg'),
        bytes: video.length,
        sha256: createHash('sha256').update(video).update(alertId).digest('hex'),
        firstPtsUs: 0,
        lastPtsUs: clipMs * 1000,
        startedMs,
        durationMs: clipMs,
        preRollMs: 1000,
      })
      ids.push(alertId)
    }
  } finally {
    store.close()
  }
  return ids
}
