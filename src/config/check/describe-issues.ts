import type { z } from 'zod'
import { didYouMean } from '../did-you-mean.ts'
import { knownKeys } from '../schema/known-keys.ts'

export interface ConfigProblem {
  readonly path: readonly PropertyKey[]
  readonly message: string
  readonly accepted: string
}

type Issue = z.core.$ZodIssue
/** Unknown keys of one object that are told. */
const mostKeys = 100

/** What zod says of a union that says nothing itself. */
const unionMessage = 'Invalid input'

/** Zod's issues in the operator's words. Values are never repeated: they may be secrets. */
export function describeIssues(error: z.ZodError, value: unknown): ConfigProblem[] {
  return error.issues.flatMap((issue) => describe(issue, value))
}

function describe(issue: Issue, value: unknown): ConfigProblem[] {
  const { path } = issue
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(path)
    return issue.keys.slice(0, mostKeys).map((key) => {
      const near = didYouMean(key, known)
      const accepted = known.join(', ')
      const hint = near ? `did you mean "${near}"? ` : ''
      return { path: [...path, key], message: `unknown key; ${hint}accepted: ${accepted}`, accepted }
    })
  }
  if (issue.code === 'invalid_union') {
    const actual = path.reduce<unknown>((at, part) => (at as Record<PropertyKey, unknown>)?.[part], value)
    const branch = issue.errors.at(typeof actual === 'object' ? -1 : 0)
    if (branch && typeof actual === 'object')
      return branch.flatMap((inner) => describe({ ...inner, path: [...path, ...inner.path] } as Issue, value))
    const accepted = issue.message === unionMessage ? 'true, false or an object' : issue.message
    return [{ path, message: `accepted: ${accepted}`, accepted }]
  }
  if (issue.code === 'custom') return [{ path, message: issue.message, accepted: issue.message }]
  const accepted = acceptedBy(issue)
  const absent =
    path.reduce<unknown>((at, part) => (at as Record<PropertyKey, unknown>)?.[part], value) === undefined
  return [{ path, message: `${absent ? 'is required' : 'is not valid'}; accepted: ${accepted}`, accepted }]
}

function acceptedBy(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_value':
      return issue.values.map(String).join(', ')
    case 'invalid_type':
      return issue.expected
    case 'too_small':
      return `at least ${issue.minimum} (${issue.origin})`
    case 'too_big':
      return `at most ${issue.maximum} (${issue.origin})`
    default:
      return issue.message
  }
}
