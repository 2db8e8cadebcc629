import { z } from 'zod'
import { AppError } from '../../core/errors.ts'
import { parseJson } from '../../core/text/parse-json.ts'
import { runTool, type ToolOptions } from '../run-tool.ts'

export interface PictureFacts {
  /** As it is shown: after a rotation in the metadata. */
  readonly widthPx: number
  readonly heightPx: number
  readonly codec: string
  /** From the first picture to the end of the last one. */
  readonly durationMs: number
}

const answerSchema = z.object({
  streams: z
    .array(
      z.object({
        codec_name: z.string().exactOptional(),
        width: z.number().exactOptional(),
        height: z.number().exactOptional(),
        side_data_list: z.array(z.object({ rotation: z.number().exactOptional() })).exactOptional(),
      }),
    )
    .default([]),
  format: z
    .object({ duration: z.string().exactOptional(), start_time: z.string().exactOptional() })
    .default({}),
})

/**
 * What a recorded file says of its pictures. The time line of a fragmented file begins where the one of the camera was;
 * its length is counted from there.
 *
 * @throws AppError MEDIA_NO_VIDEO, MEDIA_FFMPEG_MISSING, MEDIA_FFMPEG_FAILED
 */
export async function probePicture(path: string, tool: ToolOptions): Promise<PictureFacts> {
  const show = 'format=duration,start_time:stream=codec_name,width,height:stream_side_data=rotation'
  const args = ['-v', 'error', '-select_streams', 'v:0', '-show_entries', show, '-of', 'json', `file:${path}`]
  const refuse = (reason: string) => new AppError('MEDIA_NO_VIDEO', `${path}: what ffprobe says ${reason}`)
  const { streams, format } = parseJson(await runTool('ffprobe', args, tool), answerSchema, refuse)
  const [stream] = streams
  const durationMs = (Number(format.duration) - Math.max(0, Number(format.start_time ?? 0))) * 1000
  if (!stream?.width || !stream.height || !(durationMs > 0))
    throw new AppError('MEDIA_NO_VIDEO', `${path} has no video of a known size and length`)
  const rotation = stream.side_data_list?.find((each) => each.rotation !== undefined)?.rotation ?? 0
  const [widthPx, heightPx] =
    Math.abs(rotation) % 180 === 90 ? [stream.height, stream.width] : [stream.width, stream.height]
  return { widthPx, heightPx, codec: stream.codec_name ?? 'unknown', durationMs: Math.round(durationMs) }
}
