import { isDeepStrictEqual } from 'node:util'
import { diffArrays } from 'diff'
import { parseDocument } from 'yaml'

/** A piece of the file as somebody wrote it, and the same as the YAML library writes it. */
interface Piece {
  readonly written: readonly string[]
  readonly plain: readonly string[]
}

/**
 * An edited text of which every line that the edit did not touch stands as it was written. The YAML library writes the
 * whole file anew, with its own spaces and line breaks; the edit is what differs between two texts that it wrote.
 *
 * @param text as it was written
 * @param plain the same as the library writes it without an edit
 * @param edited as the library writes it after the edit; it is the answer where no other says the same
 */
export function keepLines(text: string, plain: string, edited: string): string {
  const windows = text.includes('\r\n')
  const pieces = piecesOf(windows ? text.replaceAll('\r\n', '\n') : text, plain)
  const kept = pieces && rejoin(pieces, linesOf(plain), linesOf(edited))
  if (kept === null || !saysTheSame(kept, edited)) return edited
  return windows ? kept.replaceAll('\n', '\r\n') : kept
}

/** Differences of more lines are not looked for: the file would be written anew in all its lines anyway. */
const patience = { maxEditLength: 2000 }
const linesOf = (text: string) => text.split('\n')

function saysTheSame(text: string, other: string): boolean {
  const [one, two] = [text, other].map((each) => parseDocument(each, { uniqueKeys: false }))
  if (one!.errors.length > 0) return false
  return isDeepStrictEqual(one!.toJS(), two!.toJS())
}

/** Lines that differ in their spaces alone are the same line; between them lie pieces that are broken otherwise. */
function piecesOf(text: string, plain: string): Piece[] | null {
  const [written, other] = [linesOf(text), linesOf(plain)]
  const squeezed = (lines: readonly string[]) => lines.map((line) => line.replace(/\s+/g, ''))
  const pieces: Piece[] = []
  let [at, plainAt] = [0, 0]
  let open: { written: string[]; plain: string[] } | null = null
  const close = () => {
    if (open) pieces.push(open)
    open = null
  }
  const changes = diffArrays(squeezed(written), squeezed(other), patience)
  if (!changes) return null
  for (const { added, removed, value } of changes)
    for (let n = value.length; n > 0; n -= 1) {
      if (added || removed) {
        open ??= { written: [], plain: [] }
        if (added) open.plain.push(other[plainAt++]!)
        else open.written.push(written[at++]!)
      } else {
        close()
        pieces.push({ written: [written[at++]!], plain: [other[plainAt++]!] })
      }
    }
  close()
  return pieces
}

/** The edited lines, with each piece that the edit left whole as it was written. */
function rejoin(
  pieces: readonly Piece[],
  plain: readonly string[],
  edited: readonly string[],
): string | null {
  const changes = diffArrays([...plain], [...edited], patience)
  if (!changes) return null
  /** Of each line before the edit: whether it is there after it, and what comes in before it. */
  const isKept: boolean[] = []
  const before: string[][] = [[]]
  for (const { added, removed, value } of changes)
    for (const line of value)
      if (added) before.at(-1)!.push(line)
      else {
        isKept.push(!removed)
        before.push([])
      }
  const out: string[] = []
  let at = 0
  for (const piece of pieces) {
    const last = at + piece.plain.length
    const inside = before.slice(at + 1, last)
    const isWhole = isKept.slice(at, last).every(Boolean) && inside.every((lines) => lines.length === 0)
    if (piece.plain.length > 0) out.push(...before[at]!)
    if (isWhole) out.push(...piece.written)
    else
      for (let line = at; line < last; line += 1) {
        if (line > at) out.push(...before[line]!)
        if (isKept[line]) out.push(plain[line]!)
      }
    at = last
  }
  return [...out, ...before[at]!].join('\n')
}
