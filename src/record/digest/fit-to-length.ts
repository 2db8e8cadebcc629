import type { Piece } from './piece.ts'

/** Motion is chosen in chunks of this length, so that one long stretch does not take the whole film. */
const chunkMs = 10_000
/** Shorter than this nothing can be made out. */
const leastMs = 1000

interface Limits {
  readonly lengthMs: number
  readonly speed: number
}

/**
 * Chooses what a film of a given length shows. Alerts come first: when they alone are too long, each is cut to the same
 * length, from shortly before it begins. What is left of the length goes to the stretches with the most motion; of
 * one stretch the second chunk counts half, the third a third, so that many stretches are shown.
 */
export function fitToLength(pieces: readonly Piece[], { lengthMs, speed }: Limits): Piece[] {
  const alerts = pieces.filter((piece) => piece.alerts.length > 0)
  const alertsMs = sumOf(alerts)
  if (alertsMs >= lengthMs) return shortened(alerts, lengthMs)
  let leftMs = (lengthMs - alertsMs) * speed
  const chosen: Piece[] = []
  for (const chunk of ranked(pieces.filter((piece) => piece.alerts.length === 0))) {
    const takenMs = Math.min(chunk.toMs - chunk.fromMs, leftMs)
    if (takenMs < Math.min(leastMs, chunk.toMs - chunk.fromMs)) continue
    chosen.push({ ...chunk, toMs: chunk.fromMs + takenMs })
    leftMs -= takenMs
  }
  return [...alerts, ...joined(chosen)]
}

const lengthOf = ({ fromMs, toMs }: Piece) => toMs - fromMs
const sumOf = (pieces: readonly Piece[]) => pieces.reduce((sum, piece) => sum + lengthOf(piece), 0)

/** Cuts every piece that is longer than a common cap, which is as large as the length allows. */
function shortened(pieces: readonly Piece[], lengthMs: number): Piece[] {
  let leftMs = lengthMs
  let capMs = Number.POSITIVE_INFINITY
  const byLength = [...pieces].sort((a, b) => lengthOf(a) - lengthOf(b))
  for (const [index, piece] of byLength.entries()) {
    capMs = leftMs / (byLength.length - index)
    if (lengthOf(piece) > capMs) break
    leftMs -= lengthOf(piece)
  }
  return pieces.map((piece) => {
    if (lengthOf(piece) <= capMs) return piece
    const first = Math.min(...piece.alerts.map((alert) => alert.fromMs))
    const fromMs = Math.min(Math.max(piece.fromMs, first - capMs / 4), piece.toMs - capMs)
    return { ...piece, fromMs, toMs: fromMs + capMs }
  })
}

function ranked(pieces: readonly Piece[]): Piece[] {
  return pieces
    .flatMap((piece) => chunksOf(piece).map((chunk, index) => ({ chunk, worth: piece.motion / (index + 1) })))
    .sort((a, b) => b.worth - a.worth || a.chunk.fromMs - b.chunk.fromMs)
    .map(({ chunk }) => chunk)
}

function chunksOf(piece: Piece): Piece[] {
  const count = Math.ceil(lengthOf(piece) / chunkMs)
  return Array.from({ length: count }, (_, index) => ({
    ...piece,
    fromMs: piece.fromMs + index * chunkMs,
    toMs: Math.min(piece.toMs, piece.fromMs + (index + 1) * chunkMs),
  }))
}

/** Chunks that follow each other are one piece again. */
function joined(pieces: readonly Piece[]): Piece[] {
  const result: Piece[] = []
  const order = [...pieces].sort((a, b) =>
    a.cameraId === b.cameraId ? a.fromMs - b.fromMs : a.cameraId < b.cameraId ? -1 : 1,
  )
  for (const piece of order) {
    const last = result.at(-1)
    if (last?.cameraId === piece.cameraId && last.toMs === piece.fromMs)
      result[result.length - 1] = { ...last, toMs: piece.toMs }
    else result.push(piece)
  }
  return result
}
