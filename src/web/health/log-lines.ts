import type { LogLine } from './health-store.ts'

const mostLines = 1000

/** Lines as they are shown with those that came since, each once and bounded in number. */
export function joined(before: readonly LogLine[], more: readonly LogLine[]): readonly LogLine[] {
  const last = before.at(-1)?.seq ?? 0
  return [...before, ...more.filter(({ seq }) => seq > last)].slice(-mostLines)
}

/** Lines that have every word that was typed, in message, camera or fields. */
export function matching(lines: readonly LogLine[], typed: string): readonly LogLine[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return lines
  return lines.filter(({ message, camera, fields }) => {
    const all = `${message} ${camera ?? ''} ${fields}`.toLowerCase()
    return words.every((word) => all.includes(word))
  })
}
