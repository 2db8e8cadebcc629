import type { z } from 'zod'
import { didYouMean } from '../config/did-you-mean.ts'
import { pathText } from '../config/path-text.ts'
import { AppError } from '../core/errors.ts'
import { type Bundle, bundleSchema } from './bundle-schema.ts'
import { decodeSchema } from './decode-schema.ts'
import { poseSchema } from './pose-schema.ts'

/**
 * Checks the parsed content of a bundle.json. `source` is named in the message. Throws MODEL_BUNDLE_INVALID with
 * one line for every wrong field; `details.field` is the first of them.
 */
export function parseBundle(value: unknown, source: string): Bundle {
  const checked = bundleSchema.safeParse(value)
  if (checked.success) return checked.data
  const problems = checked.error.issues.flatMap((issue) => describe(issue, value))
  throw new AppError(
    'MODEL_BUNDLE_INVALID',
    problems.map(({ field, text }) => `${source}: ${field || '(root)'}: ${text}`).join('\n'),
    { details: { source, field: problems[0]!.field, problems } },
  )
}

interface Problem {
  readonly field: string
  readonly text: string
}

function describe(issue: z.core.$ZodIssue, value: unknown): Problem[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => {
      const near = didYouMean(key, fieldNames)
      return {
        field: pathText([...issue.path, key]),
        text: `unknown field${near ? `; did you mean "${near}"?` : ''}`,
      }
    })
  const field = pathText(issue.path)
  if (issue.code === 'custom') return [{ field, text: issue.message }]
  const actual = issue.path.reduce<unknown>((at, part) => (at as Record<PropertyKey, unknown>)?.[part], value)
  if (actual === undefined) return [{ field, text: `is required (${accepted(issue)})` }]
  const shown = JSON.stringify(actual) ?? String(actual)
  return [{ field, text: `${shown.slice(0, 80)} is not accepted (${accepted(issue)})` }]
}

function accepted(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_value':
      return issue.values.map(String).join(', ')
    case 'invalid_type':
      return issue.expected
    case 'too_small':
      return issue.inclusive === false ? `more than ${issue.minimum}` : `at least ${issue.minimum}`
    case 'too_big':
      return `at most ${issue.maximum}`
    default:
      return issue.message
  }
}

const inner = bundleSchema.shape
const fieldNames = [
  ...Object.keys(inner),
  ...[inner.temporal, inner.input, inner.output, decodeSchema, poseSchema].flatMap((object) =>
    Object.keys(object.shape),
  ),
  ...Object.keys(inner.anomaly.unwrap().shape),
  ...[inner.labels, inner.files, inner.states].flatMap((list) => Object.keys(list.element.shape)),
]
