import { z } from 'zod'
import { keypointNames } from '../core/pose.ts'

/** How the output of a pose model is to be read; the numbers of one person, without the batch. */
export const poseSchema = z.strictObject({
  head: z.enum(['movenet', 'heatmaps', 'yolo']).describe('Form of the output; see docs/pose.md.'),
  shape: z.array(z.int().min(1)).min(2).max(3).describe('Shape of the output without N.'),
  axes: z
    .enum(['rows', 'columns'])
    .default('rows')
    .describe('rows: [candidates, values]; columns: [values, candidates]; only for yolo.'),
  grid: z
    .enum(['cells', 'corners'])
    .default('cells')
    .describe(
      'Where the last cell of a heatmap lies: a cell before the edge of the input, or (UDP) on its last pixel.',
    ),
  margin: z
    .number()
    .min(0)
    .max(2)
    .default(0.125)
    .describe("Share of the box's longer side that is left on every side of a person."),
})

/** The `pose` part of a pose model's bundle.json. */
export type PoseDecode = z.infer<typeof poseSchema>

/** What of the output does not go together with so many keypoints; null when all is well. */
export function poseProblem({ head, shape, axes }: PoseDecode, keypoints: number): string | null {
  const said = `is [${shape.join(', ')}]; head ${head} with ${keypoints} keypoints gives`
  if (head === 'movenet') {
    const [rows, columns] = shape.slice(-2)
    const right = (shape.length === 2 || shape[0] === 1) && rows === keypoints && columns === 3
    return right ? null : `${said} [1, ${keypoints}, 3] or [${keypoints}, 3]`
  }
  if (head === 'heatmaps') {
    const [maps, rows, columns] = shape
    const right = shape.length === 3 && maps === keypoints && rows! >= 3 && columns! >= 3
    return right ? null : `${said} [${keypoints}, rows, columns], three of each at least`
  }
  const values = 5 + 3 * keypoints
  const right = shape.length === 2 && shape[axes === 'rows' ? 1 : 0] === values
  const wanted = axes === 'rows' ? `[candidates, ${values}]` : `[${values}, candidates]`
  return right ? null : `${said} ${wanted} with axes ${axes}`
}

/** What is missing among the names of the keypoints; any order will do, and there may be more. */
export function keypointProblem(names: readonly string[]): string | null {
  const missing = keypointNames.filter((name) => !names.includes(name))
  return missing.length === 0
    ? null
    : `must have the 17 keypoints of COCO by name; missing: ${missing.join(', ')}`
}
