import { AppError } from '../../core/errors.ts'
import { liftFixedBatch } from '../edit/edit-batch-axis.ts'
import { makeValueInfo, shapeOf, type TensorShape } from '../edit/edit-nodes.ts'
import { scanBatch } from '../edit/edit-scan-batch.ts'
import type { GraphProto } from '../proto/onnx_pb.ts'

export interface FreedBatch {
  /** The value that now takes the prepared pixels. */
  readonly input: string
  /**
   * How the graph takes a batch: `free`: it always did; `lifted`: a fixed batch of one was lifted; `one by one`:
   * it could not be, for `reason`, and the elements of a batch run in turn.
   */
  readonly batch: 'free' | 'lifted' | 'one by one'
  readonly reason: string | null
}

/**
 * Lets a graph take any batch: as it is, by lifting a fixed batch of one, or by running element after element.
 * `shape` is the input's, with every axis but the batch known. Throws MODEL_GRAPH for a fixed batch above one,
 * and when an output must be known and is not.
 */
export function freeBatch(
  graph: GraphProto,
  plan: {
    readonly input: string
    readonly shape: TensorShape
    readonly opset: number
    readonly clipsDim: string
    readonly fresh: (wanted: string) => string
  },
): FreedBatch {
  const { shape, input } = plan
  const [batch] = shape.dims!
  if (typeof batch === 'string') return { input, batch: 'free', reason: null }
  if (batch !== 1)
    throw new AppError(
      'MODEL_GRAPH',
      `input "${input}" has a fixed batch of ${batch}: export the model with a dynamic batch axis (dynamic_axes or dynamic_shapes in the PyTorch exporter), or with a batch of 1`,
      { details: { input, batch } },
    )
  const outputs = graph.output.map((info) => ({ name: info.name, shape: shapeOf(info) }))
  const reason = liftFixedBatch(graph, { ...plan, rank: shape.dims!.length })
  if (reason === null) {
    graph.output = graph.output.map((info, index) => {
      const given = outputs[index]!.shape
      return given?.dims
        ? makeValueInfo(info.name, given.elemType, [plan.clipsDim, ...given.dims.slice(1)])
        : info
    })
    return { input, batch: 'lifted', reason }
  }
  const perElement = outputs.map(({ name, shape: given }) => {
    if (given?.dims) return elementOutput(name, given.elemType, given.dims)
    throw new AppError(
      'MODEL_GRAPH',
      `input "${input}" has a fixed batch of 1, which cannot be lifted (${reason}), and the shape of output "${name}" is not stated: export the model with a dynamic batch axis`,
      { details: { input, output: name, reason } },
    )
  })
  const batched = plan.fresh(`${input}_batch`)
  scanBatch(graph, { input: batched, inner: input, shape, outputs: perElement, fresh: plan.fresh })
  graph.output = perElement.map(({ name, elemType, dims }) =>
    makeValueInfo(name, elemType, [plan.clipsDim, ...dims]),
  )
  return { input: batched, batch: 'one by one', reason }
}

/** An output for one element: without its batch axis of one, where it has that. */
function elementOutput(name: string, elemType: number, dims: readonly (number | string)[]) {
  const dropsAxis0 = dims.length > 1 && dims[0] === 1
  return { name, elemType, dropsAxis0, dims: dropsAxis0 ? dims.slice(1) : dims }
}
