import type { Tensor } from '@tensorflow/tfjs'
import { Tensor as OnnxTensor } from 'onnxruntime-node'
import type { AdamWSettings } from '../adamw.ts'
import type { Objective } from '../objective.ts'
import { splitParameters } from '../parameters.ts'
import { buildApplyGraph, buildLossGraph, type StepOptions } from '../step-graph.ts'
import type { TrainingSession } from '../training-session.ts'
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

  /** Loss and flat gradient; `feeds` has weights, frozen and what the objective is fed with. */
  const differentiate = (feeds: ReadonlyMap<string, Tensor>) => {
    const cut = (flat: Tensor | undefined, { entries }: typeof trained) =>
      entries.map(({ shape, start, count }) => tf.slice(flat!, [start], [count]).reshape([...shape]))
    const leaves = cut(feeds.get('weights'), trained)
    const rest = frozen.total > 0 ? cut(feeds.get('frozen'), frozen) : []
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
    const parts = trained.entries.map(({ count }, n) => grads[n]?.reshape([count]) ?? tf.zeros([count]))
    return { loss: value, gradient: tf.concat(parts) }
  }

  const session = (work: (feeds: Map<string, Tensor>) => Map<string, Tensor>): TrainingSession => ({
    async run(feeds) {
      const outputs = tf.tidy(() => Object.fromEntries(work(toTfjs(tf, feeds))))
      const read = async ([key, tensor]: [string, Tensor]) => {
        const data = Float32Array.from(await tensor.data())
        tensor.dispose()
        return [key, new OnnxTensor('float32', data, tensor.shape)] as const
      }
      return Object.fromEntries(await Promise.all(Object.entries(outputs).map(read)))
    },
    close: async () => {},
  })
  const updated = (feeds: ReadonlyMap<string, Tensor>, sum: Tensor, share: Tensor) =>
    update.run(new Map([...feeds, ['sum', sum], ['share', share]]))

  return {
    name,
    step: session((feeds) => {
      const { loss, gradient } = differentiate(feeds)
      return updated(feeds, gradient, tf.scalar(1)).set('loss', loss)
    }),
    accumulate: session((feeds) => {
      const { loss, gradient } = differentiate(feeds)
      return new Map([
        ['sum_next', tf.add(feeds.get('sum')!, gradient)],
        ['loss', loss],
      ])
    }),
    apply: session((feeds) => updated(feeds, feeds.get('sum')!, feeds.get('share')!)),
  }
}

function toTfjs(tf: Tf, feeds: Readonly<Record<string, OnnxTensor>>): Map<string, Tensor> {
  const convert = ({ data, dims, type }: OnnxTensor): Tensor =>
    type === 'float32'
      ? tf.tensor(data as Float32Array, [...dims], 'float32')
      : tf.tensor(Int32Array.from(data as Uint8Array | BigInt64Array, Number), [...dims], 'int32')
  return new Map(Object.entries(feeds).map(([name, tensor]) => [name, convert(tensor)]))
}
