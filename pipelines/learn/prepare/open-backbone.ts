import { type LoadedBundle, loadBundle } from '../../../src/bundle/load-bundle.ts'
import type { LearningConfig } from '../../../src/config/schema/learning-schema.ts'
import { AppError } from '../../../src/core/errors.ts'

/**
 * The bundle whose graph is taught instead of the video transformer, or null.
 *
 * @throws AppError TRAIN_PLAN when its graph cannot be taught or settings do not go together; MODEL_*
 */
export async function openBackbone(learning: LearningConfig): Promise<LoadedBundle | null> {
  const { backbone, freeze, kind } = learning
  const refuse = (text: string) => new AppError('TRAIN_PLAN', text)
  if (backbone === undefined) {
    if (freeze === undefined) return null
    throw refuse(
      'freeze: needs a backbone; of the video transformer finetune.trainLayers: head trains the head alone',
    )
  }
  if (kind === 'stream') throw refuse('kind: an imported backbone serves whole clips; set it to clip')
  const loaded = await loadBundle(backbone)
  const { bundle } = loaded
  if (bundle.kind !== 'clip')
    throw refuse(`backbone: ${backbone} is of kind ${bundle.kind}; only clip bundles can be taught`)
  if (bundle.output.activation === 'none')
    throw refuse(
      `backbone: the graph of ${backbone} gives probabilities; export the model without its softmax, and import that`,
    )
  return loaded
}
