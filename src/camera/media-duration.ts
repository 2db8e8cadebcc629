import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { z } from 'zod'
import { AppError } from '../core/errors.ts'
import { childEnvironment } from '../core/process/child-environment.ts'
import { parseJson } from '../core/text/parse-json.ts'

const answerSchema = z.object({
  format: z.object({ duration: z.string().exactOptional() }).default({}),
  streams: z.array(z.unknown()).default([]),
})

/** Length of a video file, milliseconds. @throws AppError MEDIA_NO_VIDEO, MEDIA_FFMPEG_MISSING */
export async function mediaDurationMs(path: string): Promise<number> {
  const show = ['-show_entries', 'format=duration:stream=codec_type', '-of', 'json']
  // "file:" keeps a name with a colon or a leading dash from being read as something else.
  const args = ['-v', 'error', '-select_streams', 'v:0', ...show, `file:${path}`]
  let output: string
  try {
    output = (
      await promisify(execFile)('ffprobe', args, { env: childEnvironment(process.env), timeout: 60_000 })
    ).stdout
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT')
      throw new AppError('MEDIA_FFMPEG_MISSING', 'ffprobe was not found in PATH', { cause })
    throw new AppError('MEDIA_NO_VIDEO', `${path} cannot be read as a video`, { cause })
  }
  const refuse = (reason: string) => new AppError('MEDIA_NO_VIDEO', `${path}: what ffprobe says ${reason}`)
  const { format, streams } = parseJson(output, answerSchema, refuse)
  const seconds = Number(format.duration)
  if (streams.length === 0 || !(seconds > 0))
    throw new AppError('MEDIA_NO_VIDEO', `${path} has no video of a known length`)
  return Math.round(seconds * 1000)
}
