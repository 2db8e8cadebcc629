import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runTool, type ToolOptions } from '../run-tool.ts'
import { type Chapter, chapterMetadata } from './film-chapters.ts'

export interface JoinOptions {
  /** Folder that the parts are in and ffmpeg runs in. */
  readonly dir: string
  readonly names: readonly string[]
  readonly chapters: readonly Chapter[]
  readonly title: string
  /** SubRip text of a track of captions; null: none. */
  readonly subtitles: string | null
  readonly output: string
  readonly tool: ToolOptions
}

/** Joins the parts of a film without encoding them: one MP4 with its index at the front, its chapters, its captions. */
export async function joinParts(options: JoinOptions): Promise<void> {
  const { dir, names, chapters, title, output, tool } = options
  const put = (name: string, text: string) => writeFile(join(dir, name), text)
  await put('parts.txt', names.map((name) => `file '${name}'\n`).join(''))
  await put('chapters.txt', chapterMetadata(chapters, title))
  if (options.subtitles !== null) await put('captions.srt', options.subtitles)
  const captions = options.subtitles !== null
  await runTool(
    'ffmpeg',
    [
      ...['-hide_banner', '-nostdin', '-v', 'error', '-y'],
      ...['-f', 'concat', '-safe', '1', '-i', 'parts.txt', '-f', 'ffmetadata', '-i', 'chapters.txt'],
      ...(captions ? ['-f', 'srt', '-i', 'captions.srt'] : []),
      ...['-map', '0:v:0', ...(captions ? ['-map', '2:s:0'] : [])],
      ...['-map_metadata', '1', '-map_chapters', '1', '-c:v', 'copy'],
      ...(captions ? ['-c:s', 'mov_text', '-disposition:s:0', 'default'] : []),
      ...['-movflags', '+faststart', '-f', 'mp4', `file:${output}`],
    ],
    { ...tool, cwd: dir },
  )
}
