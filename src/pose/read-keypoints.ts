import type { Bundle } from '../bundle/bundle-schema.ts'
import type { PoseDecode } from '../bundle/pose-schema.ts'
import { candidateLayout, toScoreOf } from '../bundle/read-output.ts'
import { overlapOf } from '../core/box-overlap.ts'
import type { BoxPx } from '../core/detection.ts'

/** A keypoint as shares of the crop; beside 0–1 it lies beside the crop. */
export interface CropPoint {
  readonly x: number
  readonly y: number
  readonly score: number
}

/** Raw output of one crop → a point for each column. `box`: where the person is, as pixels of the model's input. */
export type KeypointReader = (values: Float32Array, box: BoxPx) => CropPoint[]

type Part = Pick<Bundle, 'input' | 'output'> & { readonly pose: PoseDecode; readonly count: number }

export function createKeypointReader(part: Part): KeypointReader {
  switch (part.pose.head) {
    case 'movenet':
      return finishedPoints(part)
    case 'heatmaps':
      return heatmapPeaks(part)
    case 'yolo':
      return bestCandidate(part)
  }
}

const nowhere: CropPoint = { x: 0, y: 0, score: 0 }

/** A point that is no number is none; scores beyond 0–1 (peaks of heatmaps) are cut. */
function pointOf(x: number, y: number, score: number): CropPoint {
  if (!Number.isFinite(x + y + score)) return nowhere
  return { x, y, score: Math.min(1, Math.max(0, score)) }
}

/** MoveNet (single pose): y, x and score of each keypoint; places as shares of the input. */
function finishedPoints(part: Part): KeypointReader {
  const toScore = toScoreOf(part.output)
  return (values) =>
    Array.from({ length: part.count }, (_, n) =>
      pointOf(values[n * 3 + 1]!, values[n * 3]!, toScore(values[n * 3 + 2]!)),
    )
}

/** Part of a cell by which a peak is moved toward its greater neighbour. */
const quarter = 0.25

/**
 * Top-down heads (Xiao et al. 2018 and after): one heatmap for each keypoint. The place is the greatest cell, moved a
 * quarter of a cell toward the greater neighbour on each axis; the score is its value.
 */
function heatmapPeaks(part: Part): KeypointReader {
  const { pose, count, input } = part
  const [, rows, columns] = pose.shape as [number, number, number]
  const toScore = toScoreOf(part.output)
  const scale = (cells: number, px: number) =>
    pose.grid === 'corners' ? (px - 1) / (cells - 1) / px : 1 / cells
  const [scaleX, scaleY] = [scale(columns, input.widthPx), scale(rows, input.heightPx)]
  return (values) =>
    Array.from({ length: count }, (_, n) => {
      const from = n * rows * columns
      let best = -1
      for (let cell = 0; cell < rows * columns; cell += 1)
        if (values[from + cell]! > (best < 0 ? Number.NEGATIVE_INFINITY : values[from + best]!)) best = cell
      if (best < 0) return nowhere
      const [x, y] = [best % columns, Math.floor(best / columns)]
      const at = (column: number, row: number) => values[from + row * columns + column]!
      const inside = x > 0 && y > 0 && x < columns - 1 && y < rows - 1
      const shiftX = inside ? Math.sign(at(x + 1, y) - at(x - 1, y)) * quarter : 0
      const shiftY = inside ? Math.sign(at(x, y + 1) - at(x, y - 1)) * quarter : 0
      return pointOf((x + shiftX) * scaleX, (y + shiftY) * scaleY, toScore(at(x, y)))
    })
}

/**
 * YOLO pose (v8 to v11): centre, width, height, score of the person, then x, y and score of each keypoint, in pixels of
 * the input. Of all people in the crop it is the one whose score times overlap with the box is greatest.
 */
function bestCandidate(part: Part): KeypointReader {
  const { pose, count, input } = part
  const { candidates, row, column } = candidateLayout(pose)
  const toScore = toScoreOf(part.output)
  return (values, box) => {
    let best = -1
    let most = 0
    for (let index = 0; index < candidates; index += 1) {
      const value = (n: number) => values[index * row + n * column]!
      const [widthPx, heightPx] = [value(2), value(3)]
      const found = { xPx: value(0) - widthPx / 2, yPx: value(1) - heightPx / 2, widthPx, heightPx }
      const worth = toScore(value(4)) * overlapOf(found, box)
      if (worth > most) {
        most = worth
        best = index
      }
    }
    if (best < 0) return Array.from({ length: count }, () => nowhere)
    const value = (n: number) => values[best * row + n * column]!
    return Array.from({ length: count }, (_, n) =>
      pointOf(value(5 + n * 3) / input.widthPx, value(6 + n * 3) / input.heightPx, toScore(value(7 + n * 3))),
    )
  }
}
