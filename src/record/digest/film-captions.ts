import { cleanLine, subtitleText } from '../../core/text/clean-text.ts'
import type { FilmPart } from './cover-pieces.ts'
import { localTime, utcOffsetMs, zoneName } from './local-time.ts'

/** burned: in the pictures. subtitles: a track that players can switch on and off. */
export type CaptionKind = 'burned' | 'subtitles' | 'none'

/**
 * Text for ffmpeg's drawtext: camera, running local time and its zone. The offset is added here, because ffmpeg
 * may run where no time zones are installed.
 */
export function captionText(part: FilmPart, timeZone: string): string {
  const { cameraId, wallMs, speed } = part
  const shownS = (wallMs + utcOffsetMs(timeZone, wallMs)) / 1000
  const faster = speed === 1 ? '' : `  ${speed}×`
  return `${escaped(cameraId)}  %{pts:gmtime:${shownS.toFixed(3)}:%Y-%m-%d %H\\:%M\\:%S} ${escaped(zoneName(timeZone, wallMs) + faster)}`
}

/** Text of the banner over an alert. */
export function bannerText(part: FilmPart): string {
  return escaped(alertNames(part))
}

export function alertNames({ alerts }: Pick<FilmPart, 'alerts'>): string {
  return [...new Set(alerts.map(({ label }) => subtitleText(label)))].join(', ')
}

const escaped = (text: string) => cleanLine(text).replaceAll(/[\\%]/g, '\\$&')

/** A part with where the film shows it. */
export interface PlacedPart extends FilmPart {
  readonly filmFromMs: number
  readonly filmToMs: number
}

/** The same captions as a SubRip file: a line for every second of the film. */
export function subtitles(parts: readonly PlacedPart[], timeZone: string): string {
  const entries = parts.flatMap((part) => {
    const { filmFromMs, filmToMs, wallMs, cameraId, speed } = part
    const seconds = Math.ceil((filmToMs - filmFromMs) / 1000)
    return Array.from({ length: seconds }, (_, index) => {
      const fromMs = filmFromMs + index * 1000
      const atMs = wallMs + index * 1000 * speed
      const running = part.alerts.filter((alert) => alert.fromMs < atMs + 1000 * speed && alert.toMs >= atMs)
      const text = `${cameraId}  ${localTime(timeZone, atMs)} ${zoneName(timeZone, atMs)}`
      return { fromMs, toMs: Math.min(fromMs + 1000, filmToMs), text, names: alertNames({ alerts: running }) }
    })
  })
  return entries
    .map(({ fromMs, toMs, text, names }, index) =>
      [index + 1, `${stamp(fromMs)} --> ${stamp(toMs)}`, text, ...(names ? [names] : []), ''].join('\n'),
    )
    .join('\n')
}

function stamp(ms: number): string {
  return new Date(Math.round(ms)).toISOString().slice(11, 23).replace('.', ',')
}
