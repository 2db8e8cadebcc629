import { AppError } from '../../core/errors.ts'
import type { ParameterSpec } from '../autodiff/parameters.ts'

/** What is trained: everything, the head alone, or the head and the last layers before it. */
export type TrainedLayers = 'all' | 'head' | number

/**
 * The layers of a model from its input to its head, each as the names of its tensors: by the tensors' own `layer` where
 * they state one. Else a layer is what shares the part of the name before the first dot; one of gains and biases alone (a
 * norm between blocks) belongs to the layer before it.
 */
export function layersOf(parameters: readonly ParameterSpec[]): string[][] {
  if (parameters.every(({ layer }) => layer !== undefined)) {
    const byLayer = Map.groupBy(parameters, ({ layer }) => layer!)
    return [...byLayer].sort(([a], [b]) => a - b).map(([, specs]) => specs.map(({ name }) => name))
  }
  const layers = new Map<string, ParameterSpec[]>()
  for (const spec of parameters) {
    const layer = spec.name.split('.')[0]!
    layers.set(layer, [...(layers.get(layer) ?? []), spec])
  }
  const merged: string[][] = []
  for (const specs of layers.values()) {
    const names = specs.map(({ name }) => name)
    const before = merged.at(-1)
    if (before && specs.every(({ decay }) => !decay)) before.push(...names)
    else merged.push(names)
  }
  return merged
}

/**
 * The share of the learning rate of each tensor: 1 for the head, `decay` times less for each layer before it, and 0 for
 * what is frozen (layer-wise decay: Clark et al. 2020, ELECTRA).
 *
 * @throws AppError TRAIN_PLAN when more layers are asked for than there are.
 */
export function rateScales(
  parameters: readonly ParameterSpec[],
  { trained, decay }: { trained: TrainedLayers; decay: number },
): (parameter: string) => number {
  const layers = layersOf(parameters)
  const most = layers.length - 1
  if (typeof trained === 'number' && trained > most)
    throw new AppError(
      'TRAIN_PLAN',
      `trainLayers: ${trained} layers, but the model has ${most} before its head`,
    )
  const depth = trained === 'all' ? most : trained === 'head' ? 0 : trained
  const scales = new Map<string, number>()
  layers.toReversed().forEach((names, above) => {
    for (const name of names) scales.set(name, above <= depth ? decay ** above : 0)
  })
  return (name) => scales.get(name) ?? 0
}
