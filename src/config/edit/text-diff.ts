import { structuredPatch } from 'diff'
import { maskSecrets } from './mask-secrets.ts'

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

/**
 * What an edit makes of a file's text, line by line as people compare files. Secrets that stand in the file are hidden
 * in it.
 */
export function diffText(before: string, after: string): readonly DiffHunk[] {
  const options = { context: around, timeout: timeoutMs }
  const patch = structuredPatch('', '', before, after, '', '', options) ?? whole(before, after)
  if (patch.hunks.length === 0) return []
  // Lines are compared as they are, and shown as they may be: a secret that changed is a line that changed.
  const [shownBefore, shownAfter] = [before, after].map((text) => maskSecrets(text).split('\n'))
  let left = mostLines
  return patch.hunks.map(({ oldStart, newStart, lines: all }) => {
    const lines = all.filter((line) => line[0] !== '\\').slice(0, Math.max(0, left))
    left -= lines.length
    let [beforeAt, afterAt] = [oldStart - 1, newStart - 1]
    const shown = lines.map((line): DiffLine => {
      const kind = kinds[line[0] as keyof typeof kinds]
      const text = kind === 'added' ? shownAfter![afterAt] : shownBefore![beforeAt]
      if (kind !== 'added') beforeAt += 1
      if (kind !== 'removed') afterAt += 1
      return { kind, text: shortened(text ?? '') }
    })
    return { beforeLine: oldStart, afterLine: newStart, lines: shown }
  })
}

function whole(before: string, after: string) {
  const lines = [
    ...before.split('\n').map((line) => `-${line}`),
    ...after.split('\n').map((line) => `+${line}`),
  ]
  return { hunks: [{ oldStart: 1, newStart: 1, lines }] }
}

const shortened = (line: string) => (line.length > longestLine ? `${line.slice(0, longestLine)}…` : line)
