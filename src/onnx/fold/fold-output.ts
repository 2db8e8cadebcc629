import { AppError } from '../../core/errors.ts'
import { makeInt64s, makeNode, makeValueInfo, shapeOf, shapeText } from '../edit/edit-nodes.ts'
import { elementTypeName, elementTypes } from '../element-type.ts'
import type { GraphProto } from '../proto/onnx_pb.ts'

/** The output that holds the scores: the named one, or the only one. Throws MODEL_GRAPH listing what there is. */
export function chooseOutput(graph: GraphProto, outputName: string | undefined): string {
  const names = graph.output.map(({ name }) => name)
  if (outputName === undefined && names.length === 1) return names[0]!
  if (outputName !== undefined && names.includes(outputName)) return outputName
  const wanted =
    outputName === undefined ? 'name the one with the scores' : `there is none named "${outputName}"`
  throw new AppError('MODEL_GRAPH', `the graph has the outputs ${names.join(', ')}; ${wanted}`, {
    details: { outputs: names },
  })
}

/**
 * Makes the chosen output float32 [N, labels] and the graph's only one. Axes of length 1 beside the labels are
 * dropped; scores of `framesInBatch` frames of a clip, which an image model gave one by one, are averaged.
 * Returns the output's name. Throws MODEL_GRAPH when the shape does not have one axis of labels.
 */
export function shapeOutput(
  graph: GraphProto,
  plan: {
    readonly output: string
    readonly labels: number
    readonly framesInBatch: number
    readonly opset: number
    readonly clipsDim: string
    readonly fresh: (wanted: string) => string
  },
): string {
  const { labels, framesInBatch, fresh } = plan
  const info = graph.output.find(({ name }) => name === plan.output)!
  const shape = shapeOf(info)
  const refuse = (text: string) =>
    new AppError(
      'MODEL_GRAPH',
      `output "${plan.output}" is ${shape ? shapeText(shape) : 'not a tensor'}: ${text}`,
      {
        details: { output: plan.output, shape: shape?.dims ?? null, labels },
      },
    )
  if (!shape) throw refuse('only tensors can hold scores')
  const { float32, float16, float64 } = elementTypes
  if (![float32, float16, float64].some((type) => type === shape.elemType))
    throw refuse(`scores must be floats, not ${elementTypeName(shape.elemType)}; export the logits`)
  let at = plan.output
  const add = (opType: string, inputs: string[], attributes: Record<string, number | number[]> = {}) => {
    const output = fresh('scores')
    graph.node.push(makeNode(opType, [at, ...inputs], [output], attributes))
    at = output
  }
  const constant = (name: string, values: number[]) => {
    const tensor = makeInt64s(fresh(name), values)
    graph.initializer.push(tensor)
    return tensor.name
  }
  const surplus = shape.dims !== null && hasSurplusAxes(shape.dims, labels, refuse)
  if (shape.elemType !== float32) add('Cast', [], { to: float32 })
  if (framesInBatch > 1) {
    add('Reshape', [constant('vireo_frame_scores', [-1, framesInBatch, labels])])
    if (plan.opset >= 18) add('ReduceMean', [constant('vireo_frame_axis', [1])], { keepdims: 0 })
    else add('ReduceMean', [], { axes: [1], keepdims: 0 })
  } else if (surplus) add('Reshape', [constant('vireo_score_shape', [-1, labels])])
  graph.output = [makeValueInfo(at, float32, [plan.clipsDim, labels])]
  return at
}

/** Whether there are axes besides [N, labels]; throws when which axis holds the labels is not clear. */
function hasSurplusAxes(
  dims: readonly (number | string)[],
  labels: number,
  refuse: (text: string) => AppError,
): boolean {
  const rest = dims.slice(1)
  const longer = rest.filter((size) => size !== 1)
  if (rest.length === 0) throw refuse('it has no axis beside the batch')
  if (longer.length > 1)
    throw refuse(
      'several axes beside the batch are longer than 1, so it is not one score for each label; export the classifier with its pooling, or name another output',
    )
  const found = longer[0] ?? 1
  if (typeof found === 'number' && found !== labels)
    throw refuse(`it has ${found} scores for ${labels} labels; give ${found} labels in the order of training`)
  return rest.length > 1
}
