import type { Bundle } from '../../bundle/bundle-schema.ts'
import { AppError } from '../../core/errors.ts'
import {
  type ActivationRange,
  createRangeRecorder,
  type RangeMethod,
} from '../../onnx/quantize/activation-range.ts'
import type { QuantizeSettings } from '../../onnx/quantize/quantize-dynamic.ts'
import { watchActivations } from '../../onnx/quantize/quantize-static.ts'
import { openBundlePlayer } from './bundle-player.ts'

/**
 * Runs the float model over typical videos, uint8 [frames, H, W, 3] each. The result gives, for each way of choosing, the
 * range of every activation that static quantisation asks for. Throws TRAIN_DATA when no video is long enough for one
 * call.
 */
export async function calibrate(options: {
  bundle: Bundle
  graph: Uint8Array
  videos: readonly Uint8Array[]
  threads: number
  settings?: QuantizeSettings
}): Promise<(method: RangeMethod) => Map<string, ActivationRange>> {
  const { bundle, graph, videos, threads, settings } = options
  const { model, activations } = watchActivations(graph, settings)
  const recorders = new Map(activations.map((name) => [name, createRangeRecorder()]))
  const player = await openBundlePlayer({ bundle, graph: model, threads })
  const usable = videos.filter(({ length }) => length >= player.callBytes)
  try {
    if (usable.length === 0)
      throw new AppError(
        'TRAIN_DATA',
        `${bundle.name}: static quantisation needs calibration videos of at least ${bundle.temporal.frames} frames of ${bundle.input.widthPx}x${bundle.input.heightPx}; there are none`,
        { details: { videos: videos.length } },
      )
    for (const video of usable)
      await player.play([video], (results) => {
        for (const [name, recorder] of recorders) recorder.add(results[name]!.data as Float32Array)
      })
  } finally {
    await player.close()
  }
  return (method) => new Map([...recorders].map(([name, recorder]) => [name, recorder.range(method)]))
}
