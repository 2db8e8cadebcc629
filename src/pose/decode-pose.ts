import type { Bundle } from '../bundle/bundle-schema.ts'
import type { BoxPx } from '../core/detection.ts'
import { AppError } from '../core/errors.ts'
import { type Keypoint, keypointNames } from '../core/pose.ts'
import { createKeypointReader } from './read-keypoints.ts'

export interface PoseDecoder {
  /**
   * Raw output of one crop → the 17 keypoints in the pixels of the picture.
   *
   * @param window what of the picture the crop shows.
   * @param box where the person is in the picture.
   */
  decode(values: Float32Array, window: BoxPx, box: BoxPx): Keypoint[]
  /** Score from which each keypoint is sure. */
  readonly leastScores: readonly number[]
}

/** @throws AppError MODEL_CONTRACT when the bundle is no pose model. */
export function createPoseDecoder(
  bundle: Pick<Bundle, 'pose' | 'input' | 'output' | 'labels' | 'name'>,
): PoseDecoder {
  const { pose, labels, input, output } = bundle
  if (!pose) throw new AppError('MODEL_CONTRACT', `model ${bundle.name} is no pose model: it has no pose`)
  const read = createKeypointReader({ pose, input, output, count: labels.length })
  const columns = keypointNames.map((name) => labels.findIndex((label) => label.name === name))
  return {
    leastScores: columns.map((column) => labels[column]!.threshold),
    decode(values, window, box) {
      const [perX, perY] = [input.widthPx / window.widthPx, input.heightPx / window.heightPx]
      const points = read(values, {
        xPx: (box.xPx - window.xPx) * perX,
        yPx: (box.yPx - window.yPx) * perY,
        widthPx: box.widthPx * perX,
        heightPx: box.heightPx * perY,
      })
      return columns.map((column) => {
        const { x, y, score } = points[column]!
        return { xPx: window.xPx + x * window.widthPx, yPx: window.yPx + y * window.heightPx, score }
      })
    },
  }
}
