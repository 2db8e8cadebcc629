import { readFileSync } from 'node:fs'
import { isNode, LineCounter, parseDocument } from 'yaml'
import { AppError } from '../core/errors.ts'
import { type ConfigProblem, describeIssues } from './describe-issues.ts'
import { interpolate } from './interpolate.ts'
import { pathText } from './path-text.ts'
import { retype } from './retype.ts'
import { type Config, configSchema } from './schema.ts'

/** Reads, interpolates and checks a configuration file. */
export function loadConfig(file: string, env: NodeJS.ProcessEnv = process.env): Config {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unreadable'
    throw new AppError('CONFIG_NOT_FOUND', `${file}: cannot be read (${reason})`, {
      details: { file },
      cause,
    })
  }
  return parseConfig(text, { file, env })
}

/** The same for text that is already here; `file` is only named in errors. */
export function parseConfig(text: string, source: { file: string; env?: NodeJS.ProcessEnv }): Config {
  const { file } = source
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return { line, column: col, place: `${file}:${line}:${col}` }
  }
  const syntax = document.errors[0]
  if (syntax) {
    const { place, ...position } = at(syntax.pos[0])
    throw new AppError('CONFIG_SYNTAX', `${place}: ${syntax.message}`, {
      details: { file, ...position, field: '' },
    })
  }
  const offsetOf = (path: readonly PropertyKey[]): number => {
    for (let length = path.length; length >= 0; length -= 1) {
      const node = document.getIn(path.slice(0, length), true)
      if (isNode(node) && node.range) return node.range[0]
    }
    return 0
  }
  const missing = interpolate(document.contents, source.env ?? process.env)[0]
  if (missing) {
    const { place, ...position } = at(missing.node.range?.[0] ?? 0)
    const field = pathText(missing.path)
    throw new AppError(
      'CONFIG_ENV_MISSING',
      `${place}: ${field}: environment variable ${missing.name} is not set; set it or write \${${missing.name}:-default}`,
      { details: { file, ...position, field, variable: missing.name } },
    )
  }
  let value: unknown
  try {
    value = document.toJS() ?? {}
  } catch (cause) {
    throw new AppError('CONFIG_SYNTAX', `${file}:1:1: ${(cause as Error).message}`, {
      details: { file, line: 1, column: 1, field: '' },
      cause,
    })
  }
  let checked = configSchema.safeParse(value)
  if (!checked.success && retype(value, checked.error)) checked = configSchema.safeParse(value)
  if (checked.success) return checked.data
  const problems = describeIssues(checked.error, value).map((problem: ConfigProblem) => {
    const { place, ...position } = at(offsetOf(problem.path))
    const field = pathText(problem.path)
    return {
      ...position,
      field,
      text: `${place}: ${field || '(root)'}: ${problem.message}`,
      accepted: problem.accepted,
    }
  })
  const first = problems[0]!
  throw new AppError('CONFIG_INVALID', problems.map((problem) => problem.text).join('\n'), {
    details: {
      file,
      line: first.line,
      column: first.column,
      field: first.field,
      accepted: first.accepted,
      problems,
    },
  })
}
