import { AppError } from '../../core/errors.ts'

/** A problem at the field of the camera or rule that it is about, as a form can show it. */
export interface FieldProblem {
  readonly camera: string | null
  readonly rule: string | null
  /** Within the camera or rule, such as `zones[0].points`; else of the whole configuration. */
  readonly field: string
  readonly message: string
}

/** Ids of cameras and names of rules, in the order of the configuration. */
export interface NamesInOrder {
  readonly cameras: readonly string[]
  readonly rules: readonly string[]
}

/** The same error with its problems told at the fields of cameras and rules as well. */
export function atFields(thrown: unknown, names: NamesInOrder): unknown {
  if (!(thrown instanceof AppError) || !Array.isArray(thrown.details.problems)) return thrown
  const problems = thrown.details.problems as readonly { field: string; text: string }[]
  const fields = problems.map((problem) => fieldProblem(problem, names))
  return new AppError(thrown.code, thrown.message, {
    details: { ...thrown.details, fields },
    cause: thrown,
  })
}

/** Of a problem such as `v.yaml:7:5: cameras[2].url: is empty` the camera or rule, and the rest. */
export function fieldProblem(
  { field, text }: { readonly field: string; readonly text: string },
  { cameras, rules }: NamesInOrder,
): FieldProblem {
  const [, list, index, rest = ''] = /^(cameras|behaviours\.rules)\[(\d+)\]\.?(.*)$/.exec(field) ?? []
  const at = text.indexOf(`${field}: `)
  const message = at < 0 ? text : text.slice(at + field.length + 2)
  const camera = list === 'cameras' ? (cameras[Number(index)] ?? null) : null
  const rule = list !== undefined && list !== 'cameras' ? (rules[Number(index)] ?? null) : null
  return { camera, rule, field: camera !== null || rule !== null ? rest : field, message }
}
