import { structuredPatch } from 'diff'
import { redactUrl } from '../redact.ts'

export interface DiffLine {
  readonly kind: 'same' | 'removed' | 'added'
  readonly text: string
}

/** Lines that changed, with some that did not around them. Line numbers begin at 1. */
export interface DiffHunk {
  readonly beforeLine: number
  readonly afterLine: number
  readonly lines: readonly DiffLine[]
}

const around = 3
/** Comparing ends by then; what is left is shown as one change. */
const timeoutMs = 200
const mostLines = 2000
const longestLine = 500
const kinds = { ' ': 'same', '-': 'removed', '+': 'added' } as const
const secretLine =
  /((?:^|[\s{,[])["']?(?:\w*(?:password|secret|token|passphrase)|key)["']?\s*:\s*)(?!["']?\$\{\w+\}["']?\s*(?:[#,}\]]|$))[^\s#].*$/i

/**
 * What an edit makes of a file's text, line by line as people compare files. Secrets that stand in the file are hidden
 * in it.
 */
export function diffText(before: string, after: string): readonly DiffHunk[] {
  const options = { context: around, timeout: timeoutMs }
  const patch = structuredPatch('', '', before, after, '', '', options) ?? whole(before, after)
  let left = mostLines
  return patch.hunks.map(({ oldStart, newStart, lines }) => {
    const shown = lines.filter((line) => line[0] !== '\\').slice(0, Math.max(0, left))
    left -= shown.length
    return {
      beforeLine: oldStart,
      afterLine: newStart,
      lines: shown.map((line) => ({ kind: kinds[line[0] as ' '], text: hidden(line.slice(1)) })),
    }
  })
}

function whole(before: string, after: string) {
  const lines = [
    ...before.split('\n').map((line) => `-${line}`),
    ...after.split('\n').map((line) => `+${line}`),
  ]
  return { hunks: [{ oldStart: 1, newStart: 1, lines }] }
}

function hidden(line: string): string {
  const short = line.length > longestLine ? `${line.slice(0, longestLine)}…` : line
  return redactUrl(short.replace(secretLine, '$1***'))
}
