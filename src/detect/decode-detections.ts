import type { Bundle } from '../bundle/bundle-schema.ts'
import type { Detection } from '../core/detection.ts'
import { AppError } from '../core/errors.ts'
import type { PictureArea } from '../core/frame.ts'
import type { Keypoint } from '../core/pose.ts'
import { createCandidateReader } from './read-candidates.ts'
import { suppressOverlaps } from './suppress-overlaps.ts'

/** Raw output of one frame → detections in pixels of the picture (see pictureArea), the surest first. */
export type DetectionDecoder = (values: Float32Array, area: PictureArea) => Detection[]

/** Most candidates that suppression looks at, and most detections of one frame. */
const mostCandidates = 1000
const mostDetections = 200

/**
 * The decoder of a detector's bundle. Labels that the bundle calls background are left out, and so is a box without
 * an area, beside the picture, or with a number that is none.
 *
 * @throws AppError MODEL_CONTRACT when the bundle is no detector.
 */
export function createDetectionDecoder(
  bundle: Pick<Bundle, 'decode' | 'input' | 'output' | 'labels' | 'name'>,
): DetectionDecoder {
  const { decode, labels, input, output } = bundle
  if (!decode) throw new AppError('MODEL_CONTRACT', `model ${bundle.name} is no detector: it has no decode`)
  const read = createCandidateReader({ decode, input, output, labelCount: labels.length })
  const { nmsIou } = decode

  return (values, { leftPx, topPx, stretchX, widthPx, heightPx }) => {
    const found: Detection[] = []
    const toPicture = (point: { x: number; y: number; score: number }): Keypoint => {
      const [xPx, yPx] = [(point.x - leftPx) * stretchX, point.y - topPx]
      const score = Math.min(1, Math.max(0, point.score))
      return Number.isFinite(xPx + yPx + score) ? { xPx, yPx, score } : { xPx: 0, yPx: 0, score: 0 }
    }
    read(values, ({ x, y, width, height, label, score, keypoints }) => {
      const { name, background } = labels[label]!
      if (background) return
      const box = {
        xPx: (x - leftPx) * stretchX,
        yPx: y - topPx,
        widthPx: width * stretchX,
        heightPx: height,
      }
      const inside =
        box.widthPx > 0 &&
        box.heightPx > 0 &&
        box.xPx < widthPx &&
        box.yPx < heightPx &&
        box.xPx + box.widthPx > 0 &&
        box.yPx + box.heightPx > 0
      if (inside && Number.isFinite(box.widthPx * box.heightPx))
        found.push({
          box,
          label: name,
          score: Math.min(1, score),
          ...(keypoints && { keypoints: keypoints.map(toPicture) }),
        })
    })
    const best =
      found.length > mostCandidates ? found.sort((a, b) => b.score - a.score).slice(0, mostCandidates) : found
    return suppressOverlaps(best, { iou: nmsIou ?? 1, most: mostDetections })
  }
}
