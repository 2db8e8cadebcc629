import { create } from '@bufbuild/protobuf'
import { type GraphProto, GraphProtoSchema } from '../proto/onnx_pb.ts'
import { makeInt64s, makeNode, makeValueInfo, type TensorShape } from './edit-nodes.ts'
import { renameValue } from './edit-walk.ts'

/**
 * Puts a graph with a fixed batch of one into the body of a Scan over the batch: each element runs alone, so any
 * graph is right, at the price that a batch costs as much as its elements one by one. The caller provides
 * `input`, with a free batch axis; outputs keep their names, and their axis 0 is the batch. Needs opset 9.
 */
export function scanBatch(
  graph: GraphProto,
  plan: {
    /** New name of the batched value. */
    readonly input: string
    /** Name that the graph's nodes use. */
    readonly inner: string
    readonly shape: TensorShape
    readonly outputs: readonly {
      readonly name: string
      readonly elemType: number
      /** Shape for one element. */
      readonly dims: readonly (number | string)[]
      /** Whether the graph gives it with an axis of one in front, which has to go. */
      readonly dropsAxis0: boolean
    }[]
    readonly fresh: (wanted: string) => string
  },
): void {
  const { shape, fresh } = plan
  const perElement = shape.dims!.slice(1)
  const element = fresh('vireo_element')
  const body = create(GraphProtoSchema, {
    name: fresh('vireo_per_element'),
    node: graph.node,
    initializer: graph.initializer,
    sparseInitializer: graph.sparseInitializer,
    quantizationAnnotation: graph.quantizationAnnotation,
    input: [makeValueInfo(element, shape.elemType, perElement)],
  })
  const whole = makeInt64s(fresh('vireo_element_shape'), [1, ...perElement.map(Number)])
  const first = makeInt64s(fresh('vireo_first'), [0], [])
  body.initializer.push(whole, first)
  body.node = [makeNode('Reshape', [element, whole.name], [plan.inner]), ...body.node]
  for (const output of plan.outputs) {
    const made = fresh(`${output.name}_element_batch`)
    const given = fresh(`${output.name}_element`)
    renameValue(body, output.name, made)
    // Gather with a scalar index drops the axis in every opset; Squeeze changed its form.
    body.node.push(
      output.dropsAxis0
        ? makeNode('Gather', [made, first.name], [given], { axis: 0 })
        : makeNode('Identity', [made], [given]),
    )
    body.output.push(makeValueInfo(given, output.elemType, output.dims))
  }
  graph.node = [
    makeNode(
      'Scan',
      [plan.input],
      plan.outputs.map(({ name }) => name),
      { body, num_scan_inputs: 1 },
    ),
  ]
  graph.initializer = []
  graph.sparseInitializer = []
  graph.quantizationAnnotation = []
  graph.valueInfo = []
}
