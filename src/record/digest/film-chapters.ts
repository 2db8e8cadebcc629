import { alertNames, type PlacedPart } from './film-captions.ts'
import { localTime } from './local-time.ts'

export interface Chapter {
  readonly fromMs: number
  readonly toMs: number
  readonly title: string
  /** Alerts that it is about; empty for what only moves. */
  readonly alertIds: readonly string[]
}

/** A chapter for every piece with alerts, and one for what is shown between two of them. */
export function filmChapters(parts: readonly PlacedPart[], timeZone: string): Chapter[] {
  const chapters: Chapter[] = []
  let last: PlacedPart | null = null
  for (const part of parts) {
    const { alerts } = part.piece
    const goesOn = last !== null && (last.piece === part.piece || (alerts.length === 0 && isQuiet(last)))
    if (goesOn) chapters.push({ ...chapters.pop()!, toMs: part.filmToMs })
    else {
      const first = alerts[0]
      const time = localTime(timeZone, first?.fromMs ?? part.wallMs).slice(11)
      chapters.push({
        fromMs: part.filmFromMs,
        toMs: part.filmToMs,
        title: first ? `${time} ${part.cameraId}: ${alertNames(part.piece)}` : `${time} motion`,
        alertIds: alerts.map(({ alertId }) => alertId),
      })
    }
    last = part
  }
  return chapters
}

const isQuiet = ({ piece }: PlacedPart) => piece.alerts.length === 0

/** Chapters in the format of metadata that ffmpeg reads. */
export function chapterMetadata(chapters: readonly Chapter[], title: string): string {
  const entries = chapters.flatMap(({ fromMs, toMs, title: name }) => [
    '[CHAPTER]',
    'TIMEBASE=1/1000',
    `START=${Math.round(fromMs)}`,
    `END=${Math.round(toMs)}`,
    `title=${escaped(name)}`,
  ])
  return `${[';FFMETADATA1', `title=${escaped(title)}`, ...entries].join('\n')}\n`
}

const escaped = (text: string) => text.replaceAll(/[=;#\\]/g, '\\$&').replaceAll(/[\r\n]+/g, ' ')
