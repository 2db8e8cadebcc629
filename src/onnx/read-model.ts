import { fromBinary } from '@bufbuild/protobuf'
import { AppError } from '../core/errors.ts'
import { elementTypeName } from './element-type.ts'
import { type ModelProto, ModelProtoSchema, type ValueInfoProto } from './proto/onnx_pb.ts'

/** Decodes an ONNX file. @throws AppError MODEL_GRAPH when the bytes are no ONNX model. */
export function readModel(bytes: Uint8Array, file = 'the model'): ModelProto {
  let model: ModelProto
  try {
    model = fromBinary(ModelProtoSchema, bytes)
  } catch (cause) {
    throw new AppError('MODEL_GRAPH', `${file} is not an ONNX file: ${(cause as Error).message}`, { cause })
  }
  if (!model.graph || model.graph.node.length === 0)
    throw new AppError('MODEL_GRAPH', `${file} is not an ONNX file: it holds no graph`)
  return model
}

export interface GraphValue {
  readonly name: string
  readonly type: string
  /** Sizes; a name where the size is free, '?' where nothing is said. */
  readonly shape: readonly (number | string)[]
}

export interface GraphDescription {
  readonly producer: string
  readonly opset: number
  readonly inputs: readonly GraphValue[]
  readonly outputs: readonly GraphValue[]
  /** Node types with their counts. */
  readonly ops: Readonly<Record<string, number>>
  /** Numbers held in floating-point initializers. */
  readonly parameters: number
}

/** What a model has, for people and for checks. */
export function describeModel(model: ModelProto): GraphDescription {
  const graph = model.graph!
  const constants = new Set(graph.initializer.map(({ name }) => name))
  const ops: Record<string, number> = {}
  for (const { opType } of graph.node) ops[opType] = (ops[opType] ?? 0) + 1
  const floating = [1, 10, 11, 16]
  return {
    producer: `${model.producerName} ${model.producerVersion}`.trim(),
    opset: Number(
      model.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version ?? 0,
    ),
    inputs: graph.input.filter(({ name }) => !constants.has(name)).map(describeValue),
    outputs: graph.output.map(describeValue),
    ops,
    parameters: graph.initializer
      .filter(({ dataType }) => floating.includes(dataType))
      .reduce((sum, { dims }) => sum + dims.reduce((product, size) => product * Number(size), 1), 0),
  }
}

function describeValue(value: ValueInfoProto): GraphValue {
  const tensor = value.type?.value.case === 'tensorType' ? value.type.value.value : undefined
  const shape = (tensor?.shape?.dim ?? []).map(({ value: size }) => {
    if (size.case === 'dimValue') return Number(size.value)
    return size.case === 'dimParam' && size.value !== '' ? size.value : '?'
  })
  return { name: value.name, type: elementTypeName(tensor?.elemType ?? 0), shape }
}
