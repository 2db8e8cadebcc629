import type { spawn as nodeSpawn } from 'node:child_process'
import { createReadStream, createWriteStream } from 'node:fs'
import { rename, rm, stat, writeFile } from 'node:fs/promises'
import { setPriority } from 'node:os'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { pack } from 'tar-stream'
import type { Clock } from '../../src/core/clock.ts'
import { AppError } from '../../src/core/errors.ts'
import type { ExportWish } from '../../src/http/footage/export-port.ts'
import { runTool } from '../../src/record/run-tool.ts'
import { type CoveredFile, coverageOf } from './coverage.ts'
import { planExport } from './export-arguments.ts'
import { type ExportRoom, noRoom } from './export-room.ts'

export interface RenderOptions {
  readonly dataDir: string
  readonly wish: ExportWish
  /** An empty folder, in which the file comes to lie. */
  readonly folder: string
  readonly spawn: typeof nodeSpawn
  readonly clock: Clock
  readonly room: ExportRoom
  readonly signal: AbortSignal
  readonly onProgress: (share: number) => void
}

/** The live part goes first. */
const niceness = 10
const patienceMs = 6 * 3_600_000

/**
 * Copies what was recorded into one MP4 a camera; several cameras become a tar of them.
 *
 * @throws AppError MEDIA_NO_FOOTAGE, MEDIA_FFMPEG_MISSING, MEDIA_FFMPEG_FAILED, STORE_CLIP (also without room for it)
 */
export async function renderExport(options: RenderOptions): Promise<string> {
  const { dataDir, wish, folder, room, onProgress } = options
  const found = await Promise.all(
    wish.cameras.map((camera) => coverageOf(dataDir, camera, wish.fromMs, wish.toMs)),
  )
  let left = await room.claim(found.flat().map(({ path }) => path))
  const made: string[] = []
  let largest = 0
  for (const [index, camera] of wish.cameras.entries()) {
    const progress = (share: number) => onProgress((index + share) / wish.cameras.length)
    const path = await renderCamera(camera, found[index]!, { ...options, left, onProgress: progress })
    if (path === null) continue
    made.push(path)
    const { size } = await stat(path)
    left -= size
    largest = Math.max(largest, size)
  }
  if (made.length === 0) throw new AppError('MEDIA_NO_FOOTAGE', 'nothing is recorded of that time')
  if (wish.cameras.length === 1) return made[0]!
  const tar = join(folder, `vireo_${fileTime(wish.fromMs)}.tar`)
  if (largest > left) throw noRoom(largest, left)
  await packFiles(made, tar)
  return tar
}

/** @param left bytes that may be written: what is encoded anew may become larger than its source */
async function renderCamera(
  camera: string,
  files: readonly CoveredFile[],
  options: RenderOptions & { readonly left: number },
): Promise<string | null> {
  const { wish, folder, spawn, clock, signal, left, onProgress } = options
  const plan = planExport(files, wish)
  if (plan.lengthMs === 0) return null
  const [list, captions] = [join(folder, `${camera}.txt`), join(folder, `${camera}.srt`)]
  await writeFile(list, plan.list)
  if (plan.subtitles !== null) await writeFile(captions, plan.subtitles)
  const path = join(folder, `${camera}_${fileTime(wish.fromMs)}.mp4`)
  const args = [
    ...['-hide_banner', '-nostdin', '-v', 'error', '-y', '-f', 'concat', '-safe', '0', '-i', list],
    ...(plan.subtitles === null ? [] : ['-f', 'srt', '-i', captions]),
    ...['-map', '0:v:0', '-map', '0:a?'],
    ...(plan.subtitles === null
      ? []
      : ['-map', '1:0', '-c:s', 'mov_text', '-metadata:s:s:0', 'language=und']),
    ...(plan.filters.length === 0
      ? ['-c:v', 'copy', '-c:a', 'copy']
      : [
          '-vf',
          plan.filters.join(','),
          '-c:v',
          'libx264',
          '-preset',
          'veryfast',
          '-crf',
          '23',
          '-c:a',
          'copy',
        ]),
    ...['-movflags', '+faststart', '-nostats', '-progress', 'pipe:2', '-f', 'mp4', `${path}.part`],
  ]
  const tooLarge = new AbortController()
  await runTool('ffmpeg', args, {
    spawn,
    clock,
    signal: AbortSignal.any([signal, tooLarge.signal]),
    timeoutMs: patienceMs,
    onStart({ pid }) {
      if (pid !== undefined) setPriority(pid, niceness)
    },
    onSaid(text) {
      const bytes = Number([...text.matchAll(/total_size=(\d+)/g)].at(-1)?.[1])
      if (bytes > left) tooLarge.abort(noRoom(bytes, left))
      const us = Number([...text.matchAll(/out_time_us=(\d+)/g)].at(-1)?.[1])
      if (us > 0) onProgress(Math.min(1, us / 1000 / plan.lengthMs))
    },
  })
  await rename(`${path}.part`, path)
  return path
}

/** Each file goes when it is in the tar, so that two of one are there at a time. */
async function packFiles(paths: readonly string[], target: string): Promise<void> {
  const tar = pack()
  const written = pipeline(tar, createWriteStream(target))
  for (const path of paths) {
    const entry = tar.entry({ name: basename(path), size: (await stat(path)).size })
    await pipeline(createReadStream(path), entry)
    await rm(path)
  }
  tar.finalize()
  await written
}

const fileTime = (ms: number) => new Date(ms).toISOString().slice(0, 19).replaceAll(':', '-')
