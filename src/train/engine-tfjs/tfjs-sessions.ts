import type { Tensor } from '@tensorflow/tfjs'
import type { Tensor as OnnxTensor } from '../../onnx/onnx-runtime.ts'
import { splitParameters } from '../autodiff/parameters.ts'
import { cutSlices, type Slice, sliceName } from '../autodiff/vector-slices.ts'
import type { AdamWSettings } from '../step/adamw.ts'
import type { Objective } from '../step/objective.ts'
import { buildApplyGraph, buildLossGraph, type StepOptions } from '../step/step-graph.ts'
import type { TrainingSession } from '../step/training-session.ts'
import { interpretGraph } from './interpret-graph.ts'
import { loadTfjs, type Tf } from './load-tfjs.ts'

/**
 * The trainer's three graphs (whole step, accumulation, update) as TensorFlow.js runs them. Only the way forward and
 * the update are taken from the graphs; gradients come from TensorFlow.js's own differentiation, so that they check
 * those that the tape writes.
 */
export interface TfjsSessions {
  readonly step: TrainingSession
  readonly accumulate: TrainingSession
  readonly apply: TrainingSession
  /** The package and backend that do the work. */
  readonly name: string
}

/** @throws AppError TRAIN_ENGINE when TensorFlow.js is not installed. */
export async function openTfjsSessions(
  objective: Objective,
  optimiser: AdamWSettings,
  options: StepOptions = {},
): Promise<TfjsSessions> {
  const { tf, name } = await loadTfjs()
  const scaleOf = options.scaleOf ?? (() => 1)
  const { trained, frozen } = splitParameters(objective.parameters, scaleOf)
  const forward = interpretGraph(tf, buildLossGraph(objective))
  const update = interpretGraph(tf, buildApplyGraph(objective, optimiser, options))

  const [slices, frozenSlices] = [cutSlices(trained), cutSlices(frozen)]

  /** Loss and the gradient of each slice; `feeds` has weights, frozen and what the objective is fed with. */
  const differentiate = (feeds: ReadonlyMap<string, Tensor>) => {
    const cut = (vector: string, all: readonly Slice[]) =>
      all.flatMap((slice) => {
        const flat = feeds.get(sliceName(vector, slice))!.flatten()
        return slice.entries.map(({ shape, start, count }) =>
          tf.slice(flat, [start - slice.start], [count]).reshape([...shape]),
        )
      })
    const leaves = cut('weights', slices)
    const rest = cut('frozen', frozenSlices)
    const loss = (...values: Tensor[]) => {
      const all = new Map(feeds)
      trained.entries.forEach((entry, n) => {
        all.set(entry.name, values[n]!)
      })
      frozen.entries.forEach((entry, n) => {
        all.set(entry.name, rest[n]!)
      })
      return forward.run(all).get('loss')!.asScalar()
    }
    const { value, grads } = tf.engine().gradients(() => loss(...leaves), leaves, undefined, true)
    const gradientOf = new Map(trained.entries.map(({ name }, n) => [name, grads[n]]))
    const gradients = slices.map(({ entries, shape }) => {
      const parts = entries.map(({ name, count }) => gradientOf.get(name)?.flatten() ?? tf.zeros([count]))
      return tf.concat(parts).reshape([...shape])
    })
    return { loss: value, gradients }
  }

  const session = (work: (feeds: Map<string, Tensor>) => Map<string, Tensor>): TrainingSession => ({
    async run(feeds, into) {
      const outputs = tf.tidy(() => Object.fromEntries(work(toTfjs(tf, feeds))))
      const read = async ([key, tensor]: [string, Tensor]) => {
        const numbers = into[key]!.data as Float32Array
        numbers.set(await tensor.data<'float32'>())
        tensor.dispose()
      }
      await Promise.all(Object.entries(outputs).map(read))
    },
    close: async () => {},
  })
  /** Tensors under the names of the slices of a vector. */
  const named = (vector: string, tensors: readonly Tensor[]) =>
    slices.map((slice, n) => [sliceName(vector, slice), tensors[n]!] as const)

  return {
    name,
    step: session((feeds) => {
      const { loss, gradients } = differentiate(feeds)
      const given = [...feeds, ...named('sum', gradients), ['share', tf.scalar(1)] as const]
      return update.run(new Map(given)).set('loss', loss)
    }),
    accumulate: session((feeds) => {
      const { loss, gradients } = differentiate(feeds)
      const sums = slices.map((slice, n) => tf.add(feeds.get(sliceName('sum', slice))!, gradients[n]!))
      return new Map([...named('sum_next', sums), ['loss', loss]])
    }),
    apply: session((feeds) => update.run(feeds)),
  }
}

function toTfjs(tf: Tf, feeds: Readonly<Record<string, OnnxTensor>>): Map<string, Tensor> {
  const convert = ({ data, dims, type }: OnnxTensor): Tensor =>
    type === 'float32'
      ? tf.tensor(data as Float32Array, [...dims], 'float32')
      : tf.tensor(Int32Array.from(data as Uint8Array | BigInt64Array, Number), [...dims], 'int32')
  return new Map(Object.entries(feeds).map(([name, tensor]) => [name, convert(tensor)]))
}
