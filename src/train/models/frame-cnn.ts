import { maximum } from '../autodiff/ops-convolution.ts'
import { reshape } from '../autodiff/ops-shape.ts'
import { motionChannels } from './motion-channels.ts'
import {
  convolutionSpecs,
  convolve,
  type PlaceFeatureSettings,
  placeFeatures,
  scoreSpecs,
} from './place-features.ts'
import type { VideoModel } from './video-model.ts'

export interface FrameCnnSettings extends PlaceFeatureSettings {
  readonly labels: readonly string[]
}

/**
 * What convolutions see at every place of a coarse grid, scored there; the score of the clip is the highest of any
 * place. So a person anywhere in the picture raises their label, and several people raise several.
 */
export function createFrameCnn(settings: FrameCnnSettings): VideoModel {
  const { clip, labels, mixed } = settings
  const { parameters, grid, forward } = placeFeatures(settings)
  const places = grid.rows * grid.columns
  const head = { name: 'head', from: mixed, to: labels.length, kernel: 1, stride: 1 }
  return {
    name: 'frame-cnn',
    clip,
    labels,
    grid,
    parameters: [...parameters, ...scoreSpecs(convolutionSpecs(head))],
    forward(tape, parametersOf, clips, batch) {
      const pictures = motionChannels(tape, clips, { ...clip, batch })
      const scores = convolve(tape, parametersOf, forward(tape, parametersOf, pictures, batch), head)
      // [N, L, H/8·W/8] → [N, L]
      const logits = maximum(tape, reshape(tape, scores, [batch, labels.length, places]))
      return { logits, cells: reshape(tape, scores, [batch, labels.length * places]) }
    },
  }
}
