import type { spawn as nodeSpawn } from 'node:child_process'
import { chmod, mkdtemp, open, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { Clock } from '../../core/clock.ts'
import { AppError } from '../../core/errors.ts'
import { makeFolders } from '../../store/make-folders.ts'
import { footageMode } from '../clip/clip-part.ts'
import { mp4DurationMs } from '../mp4-duration.ts'
import { runTool, type ToolOptions } from '../run-tool.ts'
import type { FilmPart } from './cover-pieces.ts'
import { bannerText, type CaptionKind, captionText, type PlacedPart, subtitles } from './film-captions.ts'
import { type Chapter, filmChapters } from './film-chapters.ts'
import { joinParts } from './join-parts.ts'
import { type FilmFormat, partArguments } from './part-arguments.ts'

export interface RenderOptions {
  readonly parts: readonly FilmPart[]
  readonly output: string
  readonly title: string
  readonly timeZone: string
  readonly format: FilmFormat
  readonly captions: CaptionKind
  readonly spawn: typeof nodeSpawn
  readonly clock: Clock
  readonly signal?: AbortSignal
  /** Milliseconds of the film that are made, of all. */
  readonly onProgress: (done: number, total: number) => void
  /** Told of a part that could not be read and is left out. */
  readonly onSkipped: (part: FilmPart, why: string) => void
}

export interface Film {
  readonly path: string
  readonly bytes: number
  readonly durationMs: number
  readonly parts: readonly PlacedPart[]
  readonly chapters: readonly Chapter[]
}

/** A part is at most minutes long; an ffmpeg that takes hours for it hangs. */
const partTimeoutMs = 3_600_000

/**
 * Makes the film, part by part, so that neither memory nor open files grow with its length. It appears under its name
 * when it is whole and on the disk; whatever happens before, nothing is left behind.
 *
 * @throws AppError MEDIA_NO_FOOTAGE when no part could be read, STORE_FILE, MEDIA_FFMPEG_MISSING, MEDIA_FFMPEG_FAILED
 */
export async function renderFilm(options: RenderOptions): Promise<Film> {
  const output = resolve(options.output)
  let dir: string | null = null
  try {
    makeFolders(dirname(output))
    dir = await mkdtemp(join(dirname(output), `.${basename(output)}.`))
    return await make(options, output, dir)
  } catch (cause) {
    if (options.signal?.aborted) throw options.signal.reason
    if (cause instanceof AppError && cause.code !== 'STORE_CLIP') throw cause
    throw new AppError('STORE_FILE', `${output} cannot be written: ${(cause as Error).message}`, { cause })
  } finally {
    if (dir) await rm(dir, { recursive: true, force: true }).catch(() => {})
  }
}

async function make(options: RenderOptions, output: string, dir: string): Promise<Film> {
  const { timeZone, captions, title, onProgress, onSkipped } = options
  const tool: ToolOptions = { ...options, timeoutMs: partTimeoutMs, cwd: dir }
  const lengthOf = ({ lengthMs, speed }: FilmPart) => lengthMs / speed
  const totalMs = Math.round(options.parts.reduce((sum, part) => sum + lengthOf(part), 0))
  const names: string[] = []
  const placed: PlacedPart[] = []
  let doneMs = 0
  for (const [index, part] of options.parts.entries()) {
    const name = `part-${String(index).padStart(5, '0')}.mp4`
    const lengthMs = await makePart({ part, name, dir, options, tool }).catch((thrown) => {
      if (!isAboutPart(thrown) || options.signal?.aborted) throw thrown
      onSkipped(part, thrown.message)
      return null
    })
    if (lengthMs !== null) {
      const filmFromMs = placed.at(-1)?.filmToMs ?? 0
      names.push(name)
      placed.push({ ...part, filmFromMs, filmToMs: filmFromMs + lengthMs })
    }
    doneMs += lengthOf(part)
    onProgress(Math.round(doneMs), totalMs)
  }
  if (placed.length === 0)
    throw new AppError('MEDIA_NO_FOOTAGE', 'none of the footage that was to be shown can be read')
  const chapters = filmChapters(placed, timeZone)
  const whole = join(dir, 'film.mp4')
  await joinParts({
    dir,
    names,
    chapters,
    title,
    output: whole,
    tool,
    subtitles: captions === 'subtitles' ? subtitles(placed, timeZone) : null,
  })
  const durationMs = await mp4DurationMs(whole)
  if (durationMs === null) throw new AppError('MEDIA_NO_FOOTAGE', 'the film has no pictures')
  await chmod(whole, footageMode.file)
  await sync(whole)
  const { size } = await stat(whole)
  await rename(whole, output)
  await sync(dirname(output))
  return { path: output, bytes: size, durationMs, parts: placed, chapters }
}

/** Makes one part and gives its length, milliseconds. @throws AppError MEDIA_NO_VIDEO when nothing is in it */
async function makePart(given: {
  part: FilmPart
  name: string
  dir: string
  options: RenderOptions
  tool: ToolOptions
}): Promise<number> {
  const { part, name, dir, options, tool } = given
  const draws = options.captions === 'burned'
  const files = { output: name, caption: draws ? 'caption.txt' : null, banner: draws ? 'banner.txt' : null }
  if (draws) {
    await writeFile(join(dir, 'caption.txt'), captionText(part, options.timeZone))
    await writeFile(join(dir, 'banner.txt'), bannerText(part))
  }
  await runTool('ffmpeg', partArguments(part, options.format, files), tool)
  const lengthMs = await mp4DurationMs(join(dir, name))
  if (lengthMs === null)
    throw new AppError('MEDIA_NO_VIDEO', `${part.path}: there is no picture at that place`)
  return lengthMs
}

/** Whether one part cannot be read, and others may: not when ffmpeg is missing or the disk is full. */
const isAboutPart = (thrown: unknown) =>
  thrown instanceof AppError && (thrown.code === 'MEDIA_FFMPEG_FAILED' || thrown.code === 'MEDIA_NO_VIDEO')

async function sync(path: string): Promise<void> {
  await using handle = await open(path, 'r')
  await handle.sync()
}
