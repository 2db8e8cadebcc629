import type { Bundle } from '../bundle/bundle-schema.ts'
import type { Decode } from '../bundle/decode-schema.ts'
import { candidateLayout, toScoreOf } from '../bundle/read-output.ts'
import { keypointNames } from '../core/pose.ts'
import type { CandidateReader } from './candidate.ts'

const count = keypointNames.length

type Part = Pick<Bundle, 'input' | 'output'> & { readonly decode: Decode }

/** MoveNet multipose: of each person y, x and score of 17 keypoints, then the box (y1, x1, y2, x2) and its score; shares. */
export function movenetPeople({ decode, input }: Part): CandidateReader {
  const { candidates, row, column } = candidateLayout(decode)
  const { widthPx, heightPx } = input
  return (values, take) => {
    for (let index = 0; index < candidates; index += 1) {
      const value = (n: number) => values[index * row + n * column]!
      const at = count * 3
      const score = value(at + 4)
      if (!(score >= decode.leastScore)) continue
      const [top, left, bottom, right] = [value(at), value(at + 1), value(at + 2), value(at + 3)]
      take({
        x: left * widthPx,
        y: top * heightPx,
        width: (right - left) * widthPx,
        height: (bottom - top) * heightPx,
        label: 0,
        score,
        keypoints: Array.from({ length: count }, (_, n) => ({
          x: value(n * 3 + 1) * widthPx,
          y: value(n * 3) * heightPx,
          score: value(n * 3 + 2),
        })),
      })
    }
  }
}

/** YOLO pose (v8 to v11) of a whole picture: centre, width, height and score, then x, y and score of each keypoint, in pixels. */
export function yoloPeople({ decode, output }: Part): CandidateReader {
  const { candidates, row, column } = candidateLayout(decode)
  const toScore = toScoreOf(output)
  return (values, take) => {
    for (let index = 0; index < candidates; index += 1) {
      const value = (n: number) => values[index * row + n * column]!
      const score = toScore(value(4))
      if (!(score >= decode.leastScore)) continue
      const [width, height] = [value(2), value(3)]
      take({
        x: value(0) - width / 2,
        y: value(1) - height / 2,
        width,
        height,
        label: 0,
        score,
        keypoints: Array.from({ length: count }, (_, n) => ({
          x: value(5 + n * 3),
          y: value(6 + n * 3),
          score: toScore(value(7 + n * 3)),
        })),
      })
    }
  }
}
