import { gelu } from '../ops-arithmetic.ts'
import { maximum } from '../ops-convolution.ts'
import { reshape, transpose } from '../ops-shape.ts'
import type { ParameterSpec } from '../parameters.ts'
import { keepBlocks } from './drop-path.ts'
import { patchGrid, patchify } from './patches.ts'
import { block, blockSpecs, dense, type Layers, linearSpecs, norm, normSpecs } from './transformer-layers.ts'
import type { VideoModel } from './video-model.ts'
import { createVideoTransformer, type VideoTransformerSettings } from './video-transformer.ts'

/** A label is rare at any one place. */
const rare = -5

/**
 * A video transformer that scores every place of the picture: the encoder of createVideoTransformer, whose weights it
 * names alike so that they can be pretrained there; what each place was at all moments of the clip is brought
 * together, places see each other once more, and each is scored. The score of the clip is the highest of any place.
 */
export function createPlaceTransformer(settings: VideoTransformerSettings): VideoModel {
  const { clip, labels, width, depthSpace } = settings
  const { moments, rows, columns, places, size } = patchGrid(settings)
  const encoder = createVideoTransformer({ ...settings, depthTime: 0 })
  const blocks = [...Array.from({ length: depthSpace }, (_, index) => `space${index}`), 'place']
  const parameters: ParameterSpec[] = [
    ...linearSpecs('patch', size, width),
    ...blocks.slice(0, -1).flatMap((each) => blockSpecs(each, settings)),
    ...normSpecs('moments', width),
    ...linearSpecs('together', moments * width, width),
    ...blockSpecs('place', settings),
    ...normSpecs('scored', width),
    ...linearSpecs('score', width, labels.length).map((spec) =>
      spec.deviation > 0 ? { ...spec, deviation: 0.01 } : { ...spec, offset: rare },
    ),
  ]
  return {
    name: 'place-transformer',
    clip,
    labels,
    parameters,
    blocks,
    grid: { rows, columns },
    forward(tape, parametersOf, clips, batch, { keep } = {}) {
      const layers: Layers = {
        tape,
        parameters: parametersOf,
        ...(keep !== undefined && { keepOf: keepBlocks(tape, keep, { blocks, batch }) }),
      }
      const patches = patchify(tape, clips, { ...settings, batch })
      const features = norm(layers, 'moments', encoder.encode(layers, patches, encoder.positions(tape)))
      // [N, S, L, D] → [N, L, S, D] → [N, L, S·D]
      const aside = reshape(tape, transpose(tape, features, [0, 2, 1, 3]), [batch, places, moments * width])
      let x = gelu(tape, dense(layers, 'together', aside))
      x = block(layers, 'place', x, settings)
      // [N, L, labels] → [N, labels, L]
      const scores = transpose(tape, dense(layers, 'score', norm(layers, 'scored', x)), [0, 2, 1])
      const logits = maximum(tape, scores)
      return { logits, cells: reshape(tape, scores, [batch, labels.length * places]) }
    },
  }
}
