import type { Bundle } from '../bundle/bundle-schema.ts'
import type { Decode } from '../bundle/decode-schema.ts'
import { candidateLayout, toScoreOf } from '../bundle/read-output.ts'
import { sigmoid } from '../core/activation.ts'
import type { CandidateReader } from './candidate.ts'
import { movenetPeople, yoloPeople } from './read-people.ts'

type Part = Pick<Bundle, 'input' | 'output'> & { readonly decode: Decode; readonly labelCount: number }

/** The reader for a bundle's head. What can be worked out before the first frame is. */
export function createCandidateReader(part: Part): CandidateReader {
  switch (part.decode.head) {
    case 'yolox':
    case 'yolo':
      return classRows(part)
    case 'boxes':
      return finishedBoxes(part)
    case 'fastestdet':
      return fastestDet(part)
    case 'movenet':
      return movenetPeople(part)
    case 'yolo-pose':
      return yoloPeople(part)
  }
}

/**
 * YOLO v5 to v11 and YOLOX (Ge et al. 2021): four numbers of a box, perhaps a score for any object, a score for each
 * class. Of yolox the boxes are relative to the cells of grids: centre (x + column, y + row) × stride, size
 * exp(w, h) × stride.
 */
function classRows({ decode, input, output, labelCount }: Part): CandidateReader {
  const { head, objectness, corners, units, leastScore } = decode
  const { candidates, row, column } = candidateLayout(decode)
  const toScore = toScoreOf(output)
  const grid = head === 'yolox' ? gridCells(decode.strides, input) : null
  const [scaleX, scaleY] = units === 'shares' ? [input.widthPx, input.heightPx] : [1, 1]
  const first = objectness ? 5 : 4

  return (values, take) => {
    for (let index = 0; index < candidates; index += 1) {
      const at = index * row
      const object = objectness ? toScore(values[at + 4 * column]!) : 1
      // Not `<`: it must hold for NaN too.
      if (!(object >= leastScore)) continue
      let label = 0
      let best = Number.NEGATIVE_INFINITY
      for (let n = 0; n < labelCount; n += 1) {
        const value = values[at + (first + n) * column]!
        if (value > best) {
          best = value
          label = n
        }
      }
      const score = object * toScore(best)
      if (!(score >= leastScore)) continue
      const [a, b, c, d] = [0, 1, 2, 3].map((n) => values[at + n * column]!) as [
        number,
        number,
        number,
        number,
      ]
      if (grid) {
        const [cellX, cellY, stride] = [grid[index * 3]!, grid[index * 3 + 1]!, grid[index * 3 + 2]!]
        const [width, height] = [Math.exp(c) * stride, Math.exp(d) * stride]
        take({
          x: (a + cellX) * stride - width / 2,
          y: (b + cellY) * stride - height / 2,
          width,
          height,
          label,
          score,
        })
      } else if (corners === 'corners')
        take({
          x: a * scaleX,
          y: b * scaleY,
          width: (c - a) * scaleX,
          height: (d - b) * scaleY,
          label,
          score,
        })
      else
        take({
          x: (a - c / 2) * scaleX,
          y: (b - d / 2) * scaleY,
          width: c * scaleX,
          height: d * scaleY,
          label,
          score,
        })
    }
  }
}

/** Column, row and stride of every candidate, one grid after the other. */
function gridCells(strides: readonly number[], { widthPx, heightPx }: Bundle['input']): Float32Array {
  const cells: number[] = []
  for (const stride of strides) {
    const columns = Math.floor(widthPx / stride)
    for (let n = 0; n < columns * Math.floor(heightPx / stride); n += 1)
      cells.push(n % columns, Math.floor(n / columns), stride)
  }
  return Float32Array.from(cells)
}

/** Exports with suppression in the graph (YOLOv10, `nms=True`): x1, y1, x2, y2, score, class. */
function finishedBoxes({ decode, input, labelCount }: Part): CandidateReader {
  const { units, leastScore, corners } = decode
  const { candidates, row, column } = candidateLayout(decode)
  const [scaleX, scaleY] = units === 'shares' ? [input.widthPx, input.heightPx] : [1, 1]
  return (values, take) => {
    for (let index = 0; index < candidates; index += 1) {
      const at = index * row
      const score = values[at + 4 * column]!
      const label = Math.round(values[at + 5 * column]!)
      if (!(score >= leastScore && label >= 0 && label < labelCount)) continue
      const [a, b, c, d] = [0, 1, 2, 3].map((n) => values[at + n * column]!) as [
        number,
        number,
        number,
        number,
      ]
      const [width, height] = corners === 'corners' ? [c - a, d - b] : [c, d]
      const [x, y] = corners === 'corners' ? [a, b] : [a - c / 2, b - d / 2]
      take({ x: x * scaleX, y: y * scaleY, width: width * scaleX, height: height * scaleY, label, score })
    }
  }
}

/**
 * FastestDet: one candidate a cell of one grid; objectness, four box numbers, classes. Centre
 * (tanh(x) + column, tanh(y) + row), size sigmoid(w, h) of the picture, score objectness^0.6 × class^0.4 (its
 * `handle_preds`).
 */
function fastestDet({ decode, input, labelCount }: Part): CandidateReader {
  const { shape, leastScore } = decode
  const [, rows, columns] = shape as [number, number, number]
  const cells = rows * columns
  const leastObject = leastScore ** (1 / 0.6)
  return (values, take) => {
    for (let cell = 0; cell < cells; cell += 1) {
      const object = values[cell]!
      if (!(object >= leastObject)) continue
      let label = 0
      let best = Number.NEGATIVE_INFINITY
      for (let n = 0; n < labelCount; n += 1) {
        const value = values[(5 + n) * cells + cell]!
        if (value > best) {
          best = value
          label = n
        }
      }
      const score = object ** 0.6 * best ** 0.4
      if (!(score >= leastScore)) continue
      const at = (n: number) => values[n * cells + cell]!
      const [width, height] = [sigmoid(at(3)) * input.widthPx, sigmoid(at(4)) * input.heightPx]
      const x = ((Math.tanh(at(1)) + (cell % columns)) / columns) * input.widthPx
      const y = ((Math.tanh(at(2)) + Math.floor(cell / columns)) / rows) * input.heightPx
      take({ x: x - width / 2, y: y - height / 2, width, height, label, score })
    }
  }
}
