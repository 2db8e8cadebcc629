import type { CoveredFile } from './coverage.ts'

/** A film of one camera as ffmpeg is told to make it. */
export interface ExportPlan {
  /** The list for the concat demuxer. */
  readonly list: string
  /** Subtitles with the time of day, or null. */
  readonly subtitles: string | null
  readonly lengthMs: number
  readonly filters: readonly string[]
}

const seconds = (ms: number) => (ms / 1000).toFixed(3)
const quoted = (path: string) => `'${path.replaceAll("'", "'\\''")}'`
/** More gaps than this in one film get no time of their own. */
const mostSpans = 60

/** Cuts the first and the last file to the time, and says which time of day each second of the film shows. */
export function planExport(
  files: readonly CoveredFile[],
  { fromMs, toMs, time }: { fromMs: number; toMs: number; time: 'none' | 'subtitles' | 'burned' },
): ExportPlan {
  const lines: string[] = ['ffconcat version 1.0']
  const pieces: { filmMs: number; wallMs: number; lengthMs: number }[] = []
  let filmMs = 0
  for (const { path, startedMs, durationMs } of files) {
    const inMs = Math.max(0, fromMs - startedMs)
    const outMs = Math.min(durationMs, toMs - startedMs)
    if (outMs - inMs < 1) continue
    lines.push(`file ${quoted(path)}`)
    if (inMs > 0) lines.push(`inpoint ${seconds(inMs)}`)
    if (outMs < durationMs) lines.push(`outpoint ${seconds(outMs)}`)
    lines.push(`duration ${seconds(outMs - inMs)}`)
    pieces.push({ filmMs, wallMs: startedMs + inMs, lengthMs: outMs - inMs })
    filmMs += outMs - inMs
  }
  return {
    list: `${lines.join('\n')}\n`,
    lengthMs: filmMs,
    subtitles: time === 'subtitles' ? subtitlesOf(pieces) : null,
    filters: time === 'burned' ? clocks(pieces) : [],
  }
}

type Pieces = readonly { readonly filmMs: number; readonly wallMs: number; readonly lengthMs: number }[]

/** A caption for every second (SubRip). */
function subtitlesOf(pieces: Pieces): string {
  const stamp = (ms: number) => new Date(ms).toISOString().slice(11, 23).replace('.', ',')
  const entries: string[] = []
  for (const { filmMs, wallMs, lengthMs } of pieces)
    for (let at = 0; at < lengthMs; ) {
      const next = Math.min(lengthMs, at + 1000 - ((wallMs + at) % 1000))
      const said = new Date(wallMs + at).toISOString().slice(0, 19).replace('T', ' ')
      entries.push(`${entries.length + 1}\n${stamp(filmMs + at)} --> ${stamp(filmMs + next)}\n${said} UTC\n`)
      at = next
    }
  return entries.join('\n')
}

/** The time of day drawn into the picture: one clock for what is recorded without a gap. */
function clocks(pieces: Pieces): string[] {
  const spans: { fromMs: number; toMs: number; offsetMs: number }[] = []
  for (const { filmMs, wallMs, lengthMs } of pieces) {
    const last = spans.at(-1)
    const offsetMs = wallMs - filmMs
    if (last && Math.abs(last.offsetMs - offsetMs) < 500) last.toMs = filmMs + lengthMs
    else spans.push({ fromMs: filmMs, toMs: filmMs + lengthMs, offsetMs })
  }
  return spans.slice(0, mostSpans).map(({ fromMs, toMs, offsetMs }) => {
    const text = `%{pts\\:gmtime\\:${Math.round(offsetMs / 1000)}\\:%Y-%m-%d %T} UTC`
    const place = 'x=12:y=h-th-12:fontsize=h/24:fontcolor=white:box=1:boxcolor=black@0.55:boxborderw=6'
    return `drawtext=text='${text}':${place}:enable='between(t,${seconds(fromMs)},${seconds(toMs)})'`
  })
}
