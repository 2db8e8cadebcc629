import { softmaxCrossEntropy } from '../autodiff/losses.ts'
import type { FrozenBackbone } from '../models/frozen-backbone.ts'
import type { Objective } from './objective.ts'

/** What the head learns from: features [N, D] and `target` [N, labels], whose rows sum to 1. */
export function headObjective(model: FrozenBackbone, { batch }: { batch: number }): Objective {
  return {
    name: `${model.name}-head`,
    parameters: model.parameters,
    inputs: [
      { name: 'features', type: 'float32', shape: [batch, model.features] },
      { name: 'target', type: 'float32', shape: [batch, model.labels.length] },
    ],
    loss(tape, parameters, input) {
      const shape = [batch, model.features]
      const logits = model.judge(tape, parameters, tape.constant(input('features'), shape))
      return softmaxCrossEntropy(tape, logits, input('target'))
    },
  }
}
