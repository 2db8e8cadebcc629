import { AppError } from '../../core/errors.ts'
import { pathText } from '../path-text.ts'
import type { Place } from '../read-yaml.ts'
import type { ConfigProblem } from './describe-issues.ts'

/** So many problems are told; who has more mends these first. */
const mostProblems = 20
const mostLetters = 1000
const mostFieldLetters = 200

/** CONFIG_INVALID with a line for each problem: where it is, the field, and what is accepted. */
export function invalidConfig(
  problems: readonly ConfigProblem[],
  file: string,
  placeOf: (path: readonly PropertyKey[]) => Place,
): AppError {
  const shown = problems.slice(0, mostProblems).map((problem) => {
    const { place, line, column } = placeOf(problem.path)
    const field = cut(pathText(problem.path), mostFieldLetters)
    const text = `${place}: ${field || '(root)'}: ${cut(problem.message, mostLetters)}`
    return { line, column, field, text, accepted: cut(problem.accepted, mostLetters) }
  })
  const more = problems.length - shown.length
  const lines = shown.map(({ text }) => text)
  if (more > 0) lines.push(`and ${more} more`)
  const { line, column, field, accepted } = shown[0]!
  return new AppError('CONFIG_INVALID', lines.join('\n'), {
    details: { file, line, column, field, accepted, problems: shown },
  })
}

/** A text, shortened where it is longer than it needs to be. */
export function cut(text: string, letters: number): string {
  return text.length > letters ? `${text.slice(0, letters)}…` : text
}
