import { resolve } from 'node:path'
import type { Severity } from '../../core/alert.ts'
import type { FilmPart } from './cover-pieces.ts'

export interface FilmFormat {
  readonly widthPx: number
  readonly heightPx: number
  readonly fps: number
}

export interface PartFiles {
  readonly output: string
  /** Names of files in the folder in which ffmpeg runs, without any sign that a filter would take for its own. */
  readonly caption: string | null
  /** Text over alerts. Null: none is drawn. */
  readonly banner: string | null
}

const colours: Readonly<Record<Severity, string>> = { info: 'yellow', warning: 'orange', critical: 'red' }
const rank: readonly Severity[] = ['info', 'warning', 'critical']

/**
 * Arguments of the ffmpeg that makes one part of a film: any picture is fitted into the same size, rate and format, so
 * that parts can be joined without encoding them again. Around the picture of an alert is a border, over it a banner.
 */
export function partArguments(part: FilmPart, format: FilmFormat, files: PartFiles): string[] {
  const seconds = (ms: number) => (ms / 1000).toFixed(3)
  return [
    ...['-hide_banner', '-nostdin', '-v', 'error', '-y', '-fflags', '+discardcorrupt'],
    ...['-ss', seconds(part.startMs), '-t', seconds(part.lengthMs), '-i', `file:${resolve(part.path)}`],
    ...['-map', '0:v:0', '-an', '-sn', '-dn', '-map_metadata', '-1', '-map_chapters', '-1'],
    ...['-vf', filters(part, format, files).join(',')],
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '23', '-profile:v', 'high', '-bf', '0'],
    ...['-g', String(format.fps * 2), '-video_track_timescale', '90000', '-movflags', '+faststart'],
    ...['-f', 'mp4', files.output],
  ]
}

function filters(part: FilmPart, { widthPx, heightPx, fps }: FilmFormat, files: PartFiles): string[] {
  const size = `${widthPx}:${heightPx}`
  const fontPx = Math.round(heightPx / 26)
  const edgePx = Math.max(2, Math.round(heightPx / 90))
  const text = (file: string, place: string, more = '') =>
    `drawtext=textfile=${file}:fontsize=${fontPx}:fontcolor=white:box=1:boxborderw=${edgePx}:${place}${more}`
  const marked = part.alerts.map((alert) => {
    const from = Math.max(0, alert.fromMs - part.wallMs) / 1000
    const to = Math.max(from, (alert.toMs - part.wallMs) / 1000)
    return `between(t,${from.toFixed(3)},${to.toFixed(3)})`
  })
  const enable = `:enable='${marked.join('+')}'`
  const colour = colours[rank[Math.max(0, ...part.alerts.map(({ severity }) => rank.indexOf(severity)))]!]
  return [
    `scale=${size}:force_original_aspect_ratio=decrease:flags=bicubic`,
    `pad=${size}:(ow-iw)/2:(oh-ih)/2`,
    'setsar=1',
    ...(files.caption === null
      ? []
      : [text(files.caption, `boxcolor=black@0.55:x=${2 * edgePx}:y=h-th-${2 * edgePx}`)]),
    ...(marked.length === 0 ? [] : [`drawbox=x=0:y=0:w=iw:h=ih:color=${colour}:t=${edgePx}${enable}`]),
    ...(marked.length === 0 || files.banner === null
      ? []
      : [text(files.banner, `boxcolor=${colour}@0.75:x=(w-tw)/2:y=${2 * edgePx}`, enable)]),
    ...(part.speed === 1 ? [] : [`setpts=PTS/${part.speed}`]),
    `fps=${fps}`,
    'format=yuv420p',
  ]
}
