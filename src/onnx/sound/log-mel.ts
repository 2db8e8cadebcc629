import { elementTypes } from '../element-type.ts'
import type { GraphBuilder } from '../graph-builder.ts'
import { fourierKernels, type LogMelSettings, logMelDefaults, melFilters } from './mel-filters.ts'

export interface LogMel {
  /** Name of float32 [N, bands, columns]. */
  readonly name: string
  readonly bands: number
  readonly columns: number
}

/** Columns that so many samples give; what is over at the end is left out. */
export function logMelColumns(
  samples: number,
  { windowSamples, hopSamples }: LogMelSettings = logMelDefaults,
): number {
  return Math.floor((samples - windowSamples) / hopSamples) + 1
}

/**
 * Puts the front end for sound into a graph: int16 [N, samples] → log of the magnitudes in mel bands. The transform is
 * a convolution with fixed kernels, so that training and serving run the very same nodes and weights.
 */
export function emitLogMel(
  graph: GraphBuilder,
  sound: string,
  { samples, settings = logMelDefaults }: { samples: number; settings?: LogMelSettings },
): LogMel {
  const { windowSamples, hopSamples, fftSize, bands, floor } = settings
  const bins = fftSize / 2 + 1
  const columns = logMelColumns(samples, settings)
  const full = graph.op('Cast', [sound], { to: elementTypes.float32 })
  const scaled = graph.op('Mul', [full, graph.f32([1 / 32768])])
  // [N, S] → [N, 1, 1, S] → [N, 2 · bins, 1, columns] → [N, 2, bins, columns]
  const wide = graph.op('Unsqueeze', [scaled, graph.i64([1, 2])])
  const kernels = graph.f32(fourierKernels(settings), [2 * bins, 1, 1, windowSamples])
  const parts = graph.op('Conv', [wide, kernels], {
    kernel_shape: [1, windowSamples],
    strides: [1, hopSamples],
  })
  const pairs = graph.op('Reshape', [parts, graph.i64([-1, 2, bins, columns])])
  const power = graph.op('ReduceSum', [graph.op('Mul', [pairs, pairs]), graph.i64([1])], { keepdims: 0 })
  const filters = graph.f32(melFilters(settings), [bands, bins])
  const mel = graph.op('MatMul', [filters, graph.op('Sqrt', [power])])
  return { name: graph.op('Log', [graph.op('Add', [mel, graph.f32([floor])])]), bands, columns }
}
