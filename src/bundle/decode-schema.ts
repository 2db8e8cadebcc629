import { z } from 'zod'

/** How a detector's output is to be read; the numbers of one frame, without the batch. */
export const decodeSchema = z.strictObject({
  head: z
    .enum(['yolox', 'yolo', 'boxes', 'fastestdet', 'movenet', 'yolo-pose'])
    .describe('Form of the output; see docs/detection.md.'),
  shape: z.array(z.int().min(1)).min(2).max(3).describe('Shape of the output without N.'),
  axes: z
    .enum(['rows', 'columns'])
    .default('rows')
    .describe('rows: [candidates, values]; columns: [values, candidates].'),
  objectness: z
    .boolean()
    .default(false)
    .describe('Whether a score for any object stands before the classes.'),
  corners: z
    .enum(['centre', 'corners'])
    .default('centre')
    .describe('Boxes as centre, width, height or as two corners.'),
  units: z
    .enum(['pixels', 'shares'])
    .default('pixels')
    .describe('Boxes in pixels of the input or 0–1 of it.'),
  strides: z
    .array(z.int().min(1).max(256))
    .max(8)
    .default([])
    .describe('Pixels between the cells of each grid, in the order of the candidates; only for yolox.'),
  fit: z
    .enum(['stretch', 'letterbox', 'letterbox-centre'])
    .default('stretch')
    .describe('How a picture is brought to the input: stretched, or with grey beside it.'),
  leastScore: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe('Candidates under this score are dropped; one may start a track from its label threshold on.'),
  nmsIou: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .default(0.5)
    .describe('Overlap from which the weaker of two boxes of a label is dropped; null: the graph did that.'),
  leastKeypointScore: z
    .number()
    .min(0)
    .max(1)
    .default(0.3)
    .describe('Score from which a keypoint is sure; only for movenet and yolo-pose.'),
})

/** The `decode` part of a detector's bundle.json. */
export type Decode = z.infer<typeof decodeSchema>

/** What of the output does not go together with the labels and the input; null when all is well. */
export function decodeProblem(
  decode: Decode,
  known: { labels: number; widthPx: number; heightPx: number },
): string | null {
  const { head, shape, axes, objectness, strides } = decode
  const { labels, widthPx, heightPx } = known
  const said = `[${shape.join(', ')}]`
  if (head === 'fastestdet')
    return shape.length === 3 && shape[0] === 5 + labels
      ? null
      : `is ${said}; for ${labels} labels head fastestdet gives [${5 + labels}, rows, columns]`
  if (head === 'movenet' || head === 'yolo-pose') return peopleProblem(decode, labels)
  if (shape.length !== 2) return `is ${said}; head ${head} has two axes beside the batch`
  const [candidates, values] = axes === 'rows' ? [shape[0]!, shape[1]!] : [shape[1]!, shape[0]!]
  const wanted = head === 'boxes' ? 6 : 4 + Number(objectness) + labels
  if (values !== wanted)
    return `has ${values} values for each candidate; head ${head} with ${labels} labels${objectness ? ' and objectness' : ''} gives ${wanted}`
  if (head !== 'yolox') return null
  const cells = strides.reduce(
    (sum, stride) => sum + Math.floor(widthPx / stride) * Math.floor(heightPx / stride),
    0,
  )
  return cells === candidates
    ? null
    : `has ${candidates} candidates; strides ${strides.join(', ') || '(none)'} of ${widthPx}x${heightPx} give ${cells}`
}

/** Whether a detector finds the keypoints of people beside their boxes. */
export function findsKeypoints(decode: Pick<Decode, 'head'> | undefined): boolean {
  return decode?.head === 'movenet' || decode?.head === 'yolo-pose'
}

/** Values of one person: 17 keypoints with x, y and score, a box and its score. */
const personValues = 17 * 3 + 5

function peopleProblem({ head, shape, axes }: Decode, labels: number): string | null {
  if (labels !== 1) return `is of head ${head}, which finds people only: give one label instead of ${labels}`
  const values = shape.length === 2 ? shape[axes === 'rows' ? 1 : 0] : undefined
  const wanted = axes === 'rows' ? `[people, ${personValues}]` : `[${personValues}, people]`
  return values === personValues
    ? null
    : `is [${shape.join(', ')}]; head ${head} gives ${wanted} with axes ${axes}`
}
