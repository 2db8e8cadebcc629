import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'
import { AppError } from '../core/errors.ts'

export interface Place {
  readonly line: number
  readonly column: number
  /** file:line:column */
  readonly place: string
}

export interface YamlText {
  readonly document: Document
  /** Where a byte of the text is. */
  at(offset: number): Place
  /** Where the field at a path is, or the nearest one above it. */
  placeOf(path: readonly PropertyKey[]): Place
}

/** Deeper than any configuration; the parser calls itself for each level. */
const mostLevels = 100
/** Longer than any configuration of a machine. */
const mostCharacters = 4 << 20
const shownLetters = 200

/**
 * Parses a YAML text in a time that grows with its length: a key that is there twice is found here, because the
 * parser compares every key with all others.
 *
 * @throws AppError CONFIG_SYNTAX with file, line and column
 */
export function readYaml(text: string, file: string): YamlText {
  const lines = new LineCounter()
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { line, column: col, place: `${file}:${line}:${col}` }
  }
  const refuse = (place: Place, message: string) => {
    const { line, column } = place
    return new AppError('CONFIG_SYNTAX', `${place.place}: ${message.slice(0, shownLetters)}`, {
      details: { file, line, column, field: '' },
    })
  }
  const strange = strangeShape(text)
  if (strange) throw refuse({ ...strange, place: `${file}:${strange.line}:1` }, strange.message)
  // Thousands of mistakes would otherwise write a stack each.
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  let document: Document
  try {
    document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false })
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
  const syntax = document.errors[0]
  if (syntax) throw refuse(at(syntax.pos[0]), syntax.message)
  const twice = repeatedKey(document.contents)
  if (twice !== null) throw refuse(at(twice), 'Map keys must be unique')
  return {
    document,
    at,
    placeOf(path) {
      for (let length = path.length; length >= 0; length -= 1) {
        const node = document.getIn(path.slice(0, length), true)
        if (isNode(node) && node.range) return at(node.range[0])
      }
      return at(0)
    },
  }
}

/** What would take the parser long or deep: looked for without it. */
function strangeShape(text: string): { line: number; column: number; message: string } | null {
  if (text.length > mostCharacters)
    return { line: 1, column: 1, message: `the text is longer than ${mostCharacters} characters` }
  let open = 0
  const found = (line: number, message: string) => ({ line: line + 1, column: 1, message })
  for (const [index, line] of text.split('\n').entries()) {
    const lead = /^[\s?:-]*/.exec(line)![0]
    if (/(^|\s)\?(\s|$)/.test(lead))
      return found(index, 'a key behind "?" has no meaning here; write "key: value"')
    const levels = lead.replace(/\s/g, '').length
    for (const letter of line)
      open += letter === '[' || letter === '{' ? 1 : closing(letter) && open > 0 ? -1 : 0
    if (levels > mostLevels || open > mostLevels) return found(index, `more than ${mostLevels} levels deep`)
    // In flow style, too: { ? a }.
    if (open > 0 && /[[{,]\s*\?(\s|$)/.test(line))
      return found(index, 'a key behind "?" has no meaning here; write "key: value"')
  }
  return null
}

const closing = (letter: string) => letter === ']' || letter === '}'

/** Offset of the first key that its map has already; null when all are different. */
function repeatedKey(node: unknown): number | null {
  if (isSeq(node)) {
    for (const item of node.items) {
      const found = repeatedKey(item)
      if (found !== null) return found
    }
  } else if (isMap(node)) {
    const keys = new Set<string>()
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? String(key.value) : String(key)
      if (keys.has(name)) return isNode(key) ? (key.range?.[0] ?? 0) : 0
      keys.add(name)
      const found = repeatedKey(value)
      if (found !== null) return found
    }
  }
  return null
}
