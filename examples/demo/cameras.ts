import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { randomScript } from '../../src/simulate/random-script.ts'
import type { Story } from '../../src/simulate/stories.ts'
import { type VideoLabels, writeVideo } from '../../src/simulate/write-video.ts'
import type { Interval } from './score-alerts.ts'

export interface DemoCamera {
  readonly id: string
  readonly file: string
  readonly lengthS: number
  /** What happens in the video, by label; times from its start. */
  readonly events: readonly Interval[]
}

const sceneS = 90
const settings = { widthPx: 640, heightPx: 360, fps: 25, codec: 'h264', gopS: 1 } as const

/** What each camera sees. The seeds are far from those of training, and `lawn` has a style that training never saw. */
const plots: readonly {
  id: string
  seed: number
  stories: readonly Story[]
  styleSet: 'train' | 'holdout'
}[] = [
  { id: 'entrance', seed: 3_000_001, stories: ['fall', 'pass', 'stand'], styleSet: 'train' },
  { id: 'yard', seed: 3_000_002, stories: ['fight', 'pass', 'run'], styleSet: 'train' },
  { id: 'platform', seed: 3_000_003, stories: ['wave', 'pass', 'fall'], styleSet: 'train' },
  { id: 'lawn', seed: 3_000_004, stories: ['run', 'fight', 'wave', 'fall', 'loiter'], styleSet: 'holdout' },
]

/** Simulated videos for so many cameras, made once; later calls take them from the folder. */
export async function demoCameras(
  count: number,
  folder: string,
  log: (line: string) => void,
): Promise<DemoCamera[]> {
  mkdirSync(folder, { recursive: true })
  const cameras = Array.from({ length: count }, (_, index) => {
    const plot = plots[index % plots.length]!
    const turn = Math.floor(index / plots.length)
    return { ...plot, id: turn === 0 ? plot.id : `${plot.id}-${turn + 1}`, seed: plot.seed + 10 * turn }
  })
  const missing = cameras.filter(({ id, seed }) => !existsSync(fileOf(folder, id, seed)))
  if (missing.length > 0) log(`rendering ${missing.length} scenes of ${sceneS} s (once)…`)
  let done = 0
  await Promise.all(
    missing.map(async ({ id, seed, stories, styleSet }) => {
      const script = randomScript({ seed, durationS: sceneS, styleSet, stories, perMinute: 9 })
      await writeVideo({ script, file: fileOf(folder, id, seed), settings, spawn })
      done += 1
      log(`  ${done}/${missing.length} ${id}`)
    }),
  )
  return cameras.map(({ id, seed }) => {
    const file = fileOf(folder, id, seed)
    const labels = JSON.parse(readFileSync(file.replace(/\.mp4$/, '.labels.json'), 'utf8')) as VideoLabels
    return { id, file, lengthS: sceneS, events: mergeEvents(id, labels.events) }
  })
}

function fileOf(folder: string, id: string, seed: number): string {
  return join(folder, `${id}-${seed}.mp4`)
}

/** Several people who do the same at the same time are one thing to alert about. */
export function mergeEvents(
  cameraId: string,
  events: readonly { readonly label: string; readonly startS: number; readonly endS: number }[],
  togetherS = 3,
): Interval[] {
  const merged: Interval[] = []
  for (const { label, startS, endS } of [...events].sort((a, b) => a.startS - b.startS)) {
    const index = merged.findIndex((other) => other.label === label && startS <= other.endS + togetherS)
    const before = merged[index]
    if (before) merged[index] = { ...before, endS: Math.max(before.endS, endS) }
    else merged.push({ cameraId, label, startS, endS })
  }
  return merged
}
