import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { type ClipRow, openClipReader } from '../../../src/store/tables/clip-reader.ts'
import type { BenchOptions } from '../report.ts'
import { gopMs, preRollMs, startSite } from './site.ts'

const sizes = {
  full: { wanted: 100, cameras: 16, pollMs: 3000 },
  smoke: { wanted: 2, cameras: 2, pollMs: 500 },
}

export interface ClipFigures {
  readonly alerts: number
  readonly clips: number
  readonly missing: number
  readonly preRollWrong: number
  readonly firstFrameBroken: number
  readonly preRollLeastMs: number
  readonly preRollMostMs: number
}

/** A hundred alerts on 16 cameras, and their clips: is each there, as long as asked before the alert, decodable? */
export async function measureClips({ log, smoke }: BenchOptions): Promise<ClipFigures> {
  const { wanted, cameras, pollMs } = smoke ? sizes.smoke : sizes.full
  const site = await startSite(cameras)
  const begun = new Set<string>()
  const firstPtsUs = new Map<string, number>()
  const early = new Set<string>()
  for (const source of site.system.live.sources())
    source.fragments$.subscribe((fragment) => {
      if (fragment.kind === 'media' && !firstPtsUs.has(fragment.cameraId))
        firstPtsUs.set(fragment.cameraId, fragment.ptsUs)
    })
  const ended = new Set<string>()
  site.system.live.steps$.subscribe((step) => {
    if (step.phase === 'end') ended.add(step.alertId)
    if (step.phase !== 'new' || begun.size >= wanted) return
    const heardUs = step.firstPtsUs - (firstPtsUs.get(step.cameraId) ?? step.firstPtsUs)
    // The camera had not sent so much yet: there is nothing that could be before the alert.
    if (heardUs < (preRollMs + gopMs) * 1000) early.add(step.alertId)
    else begun.add(step.alertId)
  })
  try {
    while (begun.size < wanted || [...begun].some((id) => !ended.has(id))) {
      await sleep(pollMs)
      log(`clips: ${begun.size} of ${wanted} alerts`)
    }
    await sleep(6000)
    const reader = openClipReader(site.dataDir)
    const clips = reader.list({}, { limit: 1000 }).items.filter(({ alertId }) => begun.has(alertId))
    reader.close()
    const preRolls = clips.map((clip) => clip.preRollMs)
    const broken = await Promise.all(chunks(clips, 4).map(firstFramesBroken))
    return {
      alerts: begun.size,
      clips: clips.length,
      missing: begun.size - clips.length,
      preRollWrong: preRolls.filter((ms) => ms < preRollMs || ms > preRollMs + gopMs).length,
      firstFrameBroken: broken.reduce((sum, count) => sum + count, 0),
      preRollLeastMs: Math.min(...preRolls),
      preRollMostMs: Math.max(...preRolls),
    }
  } finally {
    await site.close()
  }
}

async function firstFramesBroken(clips: readonly ClipRow[]): Promise<number> {
  let broken = 0
  for (const { path } of clips) {
    const args = ['-v', 'error', '-xerror', '-i', path, '-frames:v', '1', '-f', 'null', '-']
    const { stderr } = await promisify(execFile)('ffmpeg', args).catch((error) => ({ stderr: String(error) }))
    if (stderr !== '') broken += 1
  }
  return broken
}

function chunks<T>(items: readonly T[], count: number): T[][] {
  return Array.from({ length: count }, (_, n) => items.filter((_item, index) => index % count === n))
}
