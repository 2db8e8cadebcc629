import { Tensor } from '../../onnx/onnx-runtime.ts'
import { type Slice, sliceName } from '../autodiff/vector-slices.ts'

/**
 * A flat vector that a graph takes and gives changed. Graphs read and write it through views of its slices that are made
 * once: nothing is copied between steps.
 */
export interface StateVector {
  readonly now: Float32Array
  /** The slices as inputs of a graph, named after the vector. */
  readonly feeds: Readonly<Record<string, Tensor>>
  /** Where a graph writes its outputs `<vector>_next`. */
  readonly into: Readonly<Record<string, Tensor>>
  /** What was written is what it is now. */
  swap(): void
}

/**
 * A vector whose old numbers stay until `swap`, and are overwritten by the step after that.
 *
 * @param values are taken over.
 */
export function createStateVector(name: string, slices: readonly Slice[], values: Float32Array): StateVector {
  const side = (data: Float32Array) => ({
    data,
    feeds: views(name, slices, data),
    into: views(`${name}_next`, slices, data),
  })
  let [now, next] = [side(values), side(new Float32Array(values.length))]
  return {
    get now() {
      return now.data
    },
    get feeds() {
      return now.feeds
    },
    get into() {
      return next.into
    },
    swap() {
      ;[now, next] = [next, now]
    },
  }
}

/**
 * A vector that a graph overwrites while it runs, in half of the memory: for one whose every number is read once, to
 * make the number that takes its place.
 *
 * @param values are taken over.
 */
export function createStateInPlace(
  name: string,
  slices: readonly Slice[],
  values: Float32Array,
): StateVector {
  return {
    now: values,
    feeds: views(name, slices, values),
    into: views(`${name}_next`, slices, values),
    swap() {},
  }
}

/** Views of the slices of a vector by the names of sliceName. */
export function views(name: string, slices: readonly Slice[], data: Float32Array): Record<string, Tensor> {
  return Object.fromEntries(
    slices.map((slice) => {
      const { shape, start, count } = slice
      return [sliceName(name, slice), new Tensor('float32', data.subarray(start, start + count), shape)]
    }),
  )
}
