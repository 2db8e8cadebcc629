import type { AlertMark, Piece } from './piece.ts'

/** A file with footage and the time that it shows. */
export interface Footage {
  readonly cameraId: string
  readonly path: string
  readonly fromMs: number
  readonly toMs: number
}

/** A stretch of one file, as the film shows it. */
export interface FilmPart {
  readonly cameraId: string
  readonly path: string
  /** From the beginning of the file. */
  readonly startMs: number
  readonly lengthMs: number
  /** Wall clock at startMs. */
  readonly wallMs: number
  /** How many times faster than it was it is shown. */
  readonly speed: number
  /** Alerts that last during some of it. */
  readonly alerts: readonly AlertMark[]
  /** The piece that it is of. */
  readonly piece: Piece
}

/** Of the end of one file that the next one has, too, and of what a file lacks, this much does not count. */
const leastMs = 200

/**
 * Finds the files that show the pieces. The continuous recording comes first, the clips of alerts fill what it does not
 * have; what no file has is left out.
 *
 * @param footage in the order in which it is to be taken.
 */
export function coverPieces(options: {
  pieces: readonly Piece[]
  footage: readonly Footage[]
  alerts: readonly AlertMark[]
  speed: number
}): FilmPart[] {
  const { pieces, footage, alerts, speed } = options
  const byCamera = Map.groupBy(footage, ({ cameraId }) => cameraId)
  return pieces.flatMap((piece) => {
    const own = alerts.filter(({ cameraId }) => cameraId === piece.cameraId)
    return covered(piece, byCamera.get(piece.cameraId) ?? []).map(({ file, fromMs, toMs }) => ({
      cameraId: piece.cameraId,
      path: file.path,
      startMs: fromMs - file.fromMs,
      lengthMs: toMs - fromMs,
      wallMs: fromMs,
      speed: piece.alerts.length > 0 ? 1 : speed,
      alerts: own.filter((alert) => alert.fromMs < toMs && alert.toMs >= fromMs),
      piece,
    }))
  })
}

function covered({ fromMs, toMs }: Piece, files: readonly Footage[]) {
  let open = [{ fromMs, toMs }]
  const parts: { file: Footage; fromMs: number; toMs: number }[] = []
  for (const file of files)
    open = open.flatMap((gap) => {
      const from = Math.max(gap.fromMs, file.fromMs)
      const to = Math.min(gap.toMs, file.toMs)
      if (to - from < leastMs) return [gap]
      parts.push({ file, fromMs: from, toMs: to })
      return [
        { fromMs: gap.fromMs, toMs: from },
        { fromMs: to, toMs: gap.toMs },
      ].filter((left) => left.toMs - left.fromMs >= leastMs)
    })
  return parts.sort((a, b) => a.fromMs - b.fromMs)
}
