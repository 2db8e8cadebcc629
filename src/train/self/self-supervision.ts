import { add, scale } from '../autodiff/ops-arithmetic.ts'
import type { ParameterSpec } from '../autodiff/parameters.ts'
import type { Value } from '../autodiff/tape.ts'
import { patchGrid } from '../models/patches.ts'
import type { Layers } from '../models/transformer-layers.ts'
import type { VideoTransformer } from '../models/video-transformer.ts'
import type { Objective } from '../step/objective.ts'
import { type MaskedPrediction, maskedPrediction } from './masked-prediction.ts'
import { type NextPrediction, nextPrediction } from './next-prediction.ts'

/** What is learned from footage without labels. */
export interface SelfSupervisionSettings {
  readonly batch: number
  /** Share of the places that masked prediction hides, 0.75–0.9 as a rule. */
  readonly maskRatio: number
  /** Weight of masked prediction's error in the loss; 0 leaves it out. */
  readonly maskedWeight: number
  /** Weight of next-frame prediction's error in the loss; 0 leaves it out. */
  readonly nextWeight: number
}

export interface SelfSupervision extends Objective {
  readonly masked: MaskedPrediction | null
  readonly next: NextPrediction | null
  /** Both errors by themselves, without weights. */
  losses(layers: Layers, input: (name: string) => string): { masked: Value | null; next: Value | null }
}

/**
 * Masked prediction, next-frame prediction, or both with weights. Fed with `clips` uint8 [N, T, H, W, 3] and, where
 * places are hidden, `order` int64 [N, L] (drawOrders). Its parameters are the model's and those of the decoders.
 */
export function selfSupervision(model: VideoTransformer, settings: SelfSupervisionSettings): SelfSupervision {
  const { batch, maskedWeight, nextWeight } = settings
  const { frames, heightPx, widthPx } = model.clip
  const masked = maskedWeight > 0 ? maskedPrediction(model, settings) : null
  const next = nextWeight > 0 ? nextPrediction(model, settings) : null
  const objective: SelfSupervision = {
    name: `${model.name}-pretraining`,
    masked,
    next,
    parameters: [...model.parameters, ...(masked?.parameters ?? []), ...(next?.parameters ?? [])],
    inputs: [
      { name: 'clips', type: 'uint8', shape: [batch, frames, heightPx, widthPx, 3] },
      ...(masked
        ? [{ name: 'order', type: 'int64', shape: [batch, patchGrid(model.settings).places] } as const]
        : []),
    ],
    losses: (layers, input) => ({
      masked: masked?.loss(layers, { clips: input('clips'), order: input('order') }) ?? null,
      next: next?.loss(layers, input('clips')) ?? null,
    }),
    loss(tape, parameters, input) {
      const errors = objective.losses({ tape, parameters }, input)
      const parts = [
        ...(errors.masked ? [scale(tape, errors.masked, maskedWeight)] : []),
        ...(errors.next ? [scale(tape, errors.next, nextWeight)] : []),
      ]
      return parts.reduce((sum, part) => add(tape, sum, part))
    },
  }
  return objective
}

/** The parameters that only pretraining has. */
export function decoderParameters(objective: SelfSupervision, model: VideoTransformer): ParameterSpec[] {
  const own = new Set(model.parameters.map(({ name }) => name))
  return objective.parameters.filter(({ name }) => !own.has(name))
}
