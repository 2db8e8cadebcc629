import { referenceProblems } from '../../src/config/check/behaviour-references.ts'
import { behavioursShape } from '../../src/config/schema/behaviour-schema.ts'

/** Zones, lines and rules, and that they name only what there is. */
export const behavioursSchema = behavioursShape.superRefine((config, context) => {
  for (const problem of referenceProblems(config))
    context.addIssue({ code: 'custom', path: [...problem.path], message: problem.message })
})
