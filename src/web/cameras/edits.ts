import type { paths } from '../api/api-types.ts'
import { type ApiProblem, api, problemOf } from '../api/client.ts'
import { fieldsOf, type Rule, withoutCamera } from './rules/rule.ts'

type Preview = paths['/api/v1/config/edits/preview']['post']
export type EditWish = NonNullable<Preview['requestBody']>['content']['application/json']
export type Edit = EditWish['edits'][number]
export type EditPreview = Preview['responses'][200]['content']['application/json']

/** A mistake at a field of a camera or rule. */
export interface FieldProblem {
  readonly camera: string | null
  readonly rule: string | null
  readonly field: string
  readonly message: string
}

export interface EditProblem extends ApiProblem {
  readonly fields: readonly FieldProblem[]
}

/** What the server says against edits, and where. */
export function editProblem(thrown: unknown): EditProblem {
  const { details, fields = details?.fields } = (thrown ?? {}) as {
    readonly details?: { readonly fields?: readonly FieldProblem[] }
    readonly fields?: readonly FieldProblem[]
  }
  return { ...problemOf(thrown), fields: Array.isArray(fields) ? fields : [] }
}

/** @throws EditProblem */
export async function previewEdits(wish: EditWish): Promise<EditPreview> {
  const { data, error } = await api.POST('/api/v1/config/edits/preview', { body: wish }).catch(offline)
  if (error !== undefined) throw editProblem(error)
  return data as EditPreview
}

/** @throws EditProblem, with code API_CONFLICT when somebody changed the file since `basedOn` */
export async function applyEdits(wish: EditWish, basedOn: string): Promise<void> {
  const { error } = await api.POST('/api/v1/config/edits', { body: { ...wish, basedOn } }).catch(offline)
  if (error !== undefined) throw editProblem(error)
}

const offline = (thrown: unknown) => ({ data: undefined, error: problemOf(thrown) })

/** The problem at one field, or within it, of a camera or rule. */
export function problemAt(
  problems: readonly FieldProblem[],
  of: { readonly camera?: string; readonly rule?: string },
  field: string,
): string | undefined {
  return problems.find(
    (each) =>
      (of.camera === undefined || each.camera === of.camera) &&
      (of.rule === undefined || each.rule === of.rule) &&
      (each.field === field || each.field.startsWith(`${field}[`) || each.field.startsWith(`${field}.`)),
  )?.message
}

/** What has to change when a camera goes: the camera, and rules that name it. */
export function removal(id: string, rules: readonly Rule[]): readonly Edit[] {
  const naming = rules.filter(({ cameras }) => cameras?.includes(id))
  return [
    { kind: 'remove', id },
    ...naming.map((rule): Edit => {
      const [left] = withoutCamera(rule, id)
      return { kind: 'rule', name: rule.name, rule: left ? fieldsOf(left) : null }
    }),
  ]
}
