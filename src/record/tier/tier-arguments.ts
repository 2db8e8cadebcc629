import type { TierConfig } from '../../config/schema/tier-schema.ts'
import type { PictureFacts } from './probe-picture.ts'
import { thinnedPictures } from './thinned-pictures.ts'

/** Stands in every file that tiering made, with the SHA-256 of what it was made from. */
export const tierMark = 'vireo.tier/1'

/** Arguments of the ffmpeg that makes a small file of a segment: fewer and smaller pictures, index at the front. */
export function tierArguments(options: {
  input: string
  output: string
  picture: PictureFacts
  tier: TierConfig
  startedMs: number
  sha256Before: string
}): string[] {
  const { input, output, picture, tier, startedMs, sha256Before } = options
  const { codec, crf, threads } = tier
  const encoder =
    codec === 'h264'
      ? ['-c:v', 'libx264', '-profile:v', 'high']
      : [
          '-c:v',
          'libx265',
          '-tag:v',
          'hvc1',
          '-x265-params',
          `pools=${threads}:frame-threads=1:log-level=error`,
        ]
  return [
    ...['-hide_banner', '-nostdin', '-v', 'error', '-y', '-threads', '1', '-fflags', '+discardcorrupt'],
    ...['-i', `file:${input}`, '-map', '0:v:0', '-map_metadata', '-1', '-filter_threads', '1'],
    // Sound, should there be any, takes little room and stays as it is.
    ...['-map', '0:a?', '-c:a', 'copy'],
    ...['-vf', [thinnedPictures(tier.maxFps), ...scaled(picture, tier), 'format=yuv420p'].join(',')],
    // Each picture keeps its own time.
    ...['-fps_mode', 'passthrough', '-enc_time_base', '1:1000'],
    ...[...encoder, '-preset', 'medium', '-crf', String(crf), '-threads', String(threads)],
    ...['-g', String(Math.max(1, Math.round(tier.maxFps * 10))), '-movflags', '+faststart'],
    ...['-metadata', `creation_time=${new Date(startedMs).toISOString()}`],
    ...['-metadata', `comment=${tierMark} sha256=${sha256Before}`, '-f', 'mp4', `file:${output}`],
  ]
}

function scaled({ heightPx }: PictureFacts, { maxHeightPx }: TierConfig): string[] {
  if (heightPx <= maxHeightPx) return ['scale=trunc(iw/2)*2:trunc(ih/2)*2']
  return [`scale=-2:${Math.floor(maxHeightPx / 2) * 2}:flags=area`]
}

/** The same in words, for the lineage. */
export function describeTier({ codec, crf, maxHeightPx, maxFps }: TierConfig): string {
  return `${codec} crf ${crf}, at most ${maxHeightPx} px high and ${maxFps} pictures a second`
}
