import { sigmoid } from '../core/activation.ts'
import type { Bundle } from './bundle-schema.ts'

/** Where value `column` of candidate `row` of a flat output lies, and how many candidates there are. */
export function candidateLayout({ shape, axes }: { shape: readonly number[]; axes: 'rows' | 'columns' }) {
  return axes === 'rows'
    ? { candidates: shape[0]!, row: shape[1]!, column: 1 }
    : { candidates: shape[1]!, row: 1, column: shape[1]! }
}

/** A number of an output that the engine leaves as it is → a score. */
export function toScoreOf({ activation }: Pick<Bundle['output'], 'activation'>): (value: number) => number {
  return activation === 'sigmoid' ? sigmoid : (value) => value
}
