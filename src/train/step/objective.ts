import type { ElementType } from '../../onnx/element-type.ts'
import { sigmoidCrossEntropy, softmaxCrossEntropy } from '../autodiff/losses.ts'
import type { ParameterSpec, Parameters } from '../autodiff/parameters.ts'
import type { Tape, Value } from '../autodiff/tape.ts'
import { clipTensor, type VideoModel } from '../models/video-model.ts'

/** What a step graph is fed with besides the weights. */
export interface ObjectiveInput {
  readonly name: string
  readonly type: ElementType
  readonly shape: readonly number[]
}

/** Something to be minimised: its weights, what it is fed with, and the loss. */
export interface Objective {
  readonly name: string
  readonly parameters: readonly ParameterSpec[]
  readonly inputs: readonly ObjectiveInput[]
  /** @param input gives the graph's name of an input. @returns a scalar. */
  loss(tape: Tape, parameters: Parameters, input: (name: string) => string): Value
}

/** What the truth is told about: whole clips, or every place of the model's grid. */
export type Supervision = 'clip' | 'cells'

/** Entries of the truth for one clip. */
export function truthSize(model: VideoModel, supervision: Supervision): number {
  const places = supervision === 'cells' && model.grid ? model.grid.rows * model.grid.columns : 1
  return model.labels.length * places
}

function clipsInput(model: VideoModel, batch: number): ObjectiveInput {
  return { name: 'clips', ...clipTensor(model, batch) }
}

/**
 * Independent labels: any number of them may be true of a clip. Fed with clips, `target` (0–1) and `weight` (0 where
 * the truth is not known), both [N, truth].
 */
export function multiLabel(
  model: VideoModel,
  options: { batch: number; supervision: Supervision },
): Objective {
  const { batch, supervision } = options
  const truth = { type: 'float32', shape: [batch, truthSize(model, supervision)] } as const
  return {
    name: `${model.name}-labels`,
    parameters: model.parameters,
    inputs: [clipsInput(model, batch), { name: 'target', ...truth }, { name: 'weight', ...truth }],
    loss(tape, parameters, input) {
      const { logits, cells } = model.forward(tape, parameters, input('clips'), batch)
      const scored = supervision === 'cells' && cells ? cells : logits
      return sigmoidCrossEntropy(tape, scored, input('target'), input('weight'))
    },
  }
}

/**
 * One of several classes. Fed with clips and `target` [N, labels], whose rows sum to 1 (smoothed, mixed); with
 * `dropPath` also with `keep` [N, blocks], with `visible` places also with `order` [N, places]: see LeftOut.
 */
export function singleLabel(
  model: VideoModel,
  options: { batch: number; dropPath?: boolean; visible?: number | null },
): Objective {
  const { batch, dropPath = false, visible = null } = options
  const blocks = model.blocks?.length ?? 0
  const keep: ObjectiveInput = { name: 'keep', type: 'float32', shape: [batch, blocks] }
  const order: ObjectiveInput = { name: 'order', type: 'int64', shape: [batch, model.places ?? 0] }
  return {
    name: `${model.name}-classes`,
    parameters: model.parameters,
    inputs: [
      clipsInput(model, batch),
      { name: 'target', type: 'float32', shape: [batch, model.labels.length] },
      ...(dropPath ? [keep] : []),
      ...(visible === null ? [] : [order]),
    ],
    loss(tape, parameters, input) {
      const { logits } = model.forward(tape, parameters, input('clips'), batch, {
        ...(dropPath && { keep: input('keep') }),
        ...(visible !== null && { seen: { order: input('order'), visible } }),
      })
      return softmaxCrossEntropy(tape, logits, input('target'))
    },
  }
}
