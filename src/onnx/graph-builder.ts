import { create, toBinary } from '@bufbuild/protobuf'
import { AppError } from '../core/errors.ts'
import { type ElementType, elementTypes } from './element-type.ts'
import { prefixedGraph } from './insert-graph.ts'
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  type FunctionProto,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  type SparseTensorProto,
  type TensorProto,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from './proto/onnx_pb.ts'

/** A number, a text, or a list; whole numbers become INT unless wrapped: `{ float: 1 }`. */
export type Attribute = number | string | readonly number[] | { readonly float: number } | TensorProto

/** A size, or the name of one that is known only when the model runs, such as 'N'. */
export type Dimension = number | string

export interface GraphBuilder {
  /** Declares a graph input and returns its name. */
  input(name: string, type: ElementType, shape: readonly Dimension[]): string
  /** Adds a node with one output and returns the output's name. An empty input name means "absent". */
  op(type: string, inputs: readonly string[], attributes?: Readonly<Record<string, Attribute>>): string
  /** The same for a node with `count` outputs. */
  ops(
    type: string,
    inputs: readonly string[],
    count: number,
    attributes?: Readonly<Record<string, Attribute>>,
  ): string[]
  /** A constant; a scalar when `shape` is empty. Equal small constants are stored once. */
  f32(values: Float32Array | readonly number[], shape?: readonly number[], name?: string): string
  i64(values: readonly number[], shape?: readonly number[]): string
  u8(values: Uint8Array, shape: readonly number[]): string
  /**
   * Puts a whole model into the graph; `inputs` says which value each of its inputs is. Returns its outputs.
   *
   * @throws AppError MODEL_GRAPH when its opset is another one than the graph's.
   */
  insert(model: ModelProto, inputs: Readonly<Record<string, string>>): string[]
  /** Makes `value` a graph output under the name `name`; it may still be read under its own. */
  output(name: string, value: string, type: ElementType, shape: readonly Dimension[]): void
  /** Nodes so far. */
  readonly nodeCount: number
  /** The model as ONNX bytes. */
  model(): Uint8Array
}

/**
 * Writes ONNX graphs node by node. Nodes must come in the order in which they can run; names are made here.
 *
 * @throws AppError MODEL_GRAPH when a node reads a value that does not exist yet, or a name is taken.
 */
export function createGraphBuilder(options: { name: string; opset?: number }): GraphBuilder {
  const { name: graphName, opset = 18 } = options
  const nodes: NodeProto[] = []
  const initializers: TensorProto[] = []
  const inputs: ValueInfoProto[] = []
  const outputs: ValueInfoProto[] = []
  const known = new Set<string>()
  const constants = new Map<string, string>()
  const functions: FunctionProto[] = []
  const sparse: SparseTensorProto[] = []
  const domains = new Map([['', BigInt(opset)]])
  let inserted = 0
  /** Values that are made under the name of an output in the end, instead of being copied. */
  const renamed = new Map<string, string>()
  const renameable = new Set<string>()

  const claim = (name: string) => {
    if (known.has(name)) throw new AppError('MODEL_GRAPH', `${graphName}: the name ${name} is used twice`)
    known.add(name)
    return name
  }
  const fresh = (stem: string) => {
    let count = known.size
    while (known.has(`${stem}_${count}`)) count += 1
    return claim(`${stem}_${count}`)
  }
  const constant = (type: ElementType, bytes: Uint8Array, shape: readonly number[], name?: string) => {
    const key =
      name === undefined && bytes.length <= 64
        ? `${type}[${shape.join()}]${Buffer.from(bytes).toString('base64')}`
        : null
    const existing = key === null ? undefined : constants.get(key)
    if (existing !== undefined) return existing
    const made = name === undefined ? fresh('const') : claim(name)
    initializers.push(tensor(made, type, bytes, shape))
    if (key !== null) constants.set(key, made)
    return made
  }

  const builder: GraphBuilder = {
    input(name, type, shape) {
      inputs.push(valueInfo(claim(name), type, shape))
      return name
    },
    op: (type, from, attributes) => builder.ops(type, from, 1, attributes)[0]!,
    ops(type, from, count, attributes = {}) {
      const missing = from.find((value) => value !== '' && !known.has(value))
      if (missing !== undefined)
        throw new AppError('MODEL_GRAPH', `${graphName}: node ${type} reads ${missing}, which does not exist`)
      const made = Array.from({ length: count }, () => fresh(type))
      for (const name of made) renameable.add(name)
      nodes.push(
        create(NodeProtoSchema, {
          opType: type,
          name: `n${nodes.length}_${type}`,
          input: [...from],
          output: made,
          attribute: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
        }),
      )
      return made
    },
    f32: (values, shape = [], name) => {
      const data = values instanceof Float32Array ? values : Float32Array.from(values)
      return constant('float32', bytesOf(data, data.length, shape, graphName), shape, name)
    },
    i64: (values, shape) => {
      const data = BigInt64Array.from(values, BigInt)
      const dims = shape ?? [values.length]
      return constant('int64', bytesOf(data, data.length, dims, graphName), dims)
    },
    u8: (values, shape) => constant('uint8', bytesOf(values, values.length, shape, graphName), shape),
    insert(model, from) {
      for (const { domain, version } of model.opsetImport) {
        const name = domain === 'ai.onnx' ? '' : domain
        if ((domains.get(name) ?? version) !== version)
          throw new AppError(
            'MODEL_GRAPH',
            `${graphName}: a model of opset ${version} cannot be put into a graph of opset ${domains.get(name)}`,
          )
        domains.set(name, version)
      }
      const copy = prefixedGraph(model.graph!, `part${inserted}_`, from)
      inserted += 1
      for (const { name } of copy.initializer) claim(name)
      for (const node of copy.node) for (const name of node.output) if (name !== '') claim(name)
      nodes.push(...copy.node)
      initializers.push(...copy.initializer)
      sparse.push(...copy.sparseInitializer)
      functions.push(...model.functions)
      return copy.output.map(({ name }) => name)
    },
    output(name, value, type, shape) {
      if (!known.has(value))
        throw new AppError('MODEL_GRAPH', `${graphName}: output ${name} is ${value}, which does not exist`)
      if (value !== name) {
        claim(name)
        if (renameable.delete(value)) renamed.set(value, name)
        else nodes.push(copyNode(value, name))
      }
      outputs.push(valueInfo(name, type, shape))
    },
    get nodeCount() {
      return nodes.length
    },
    model: () =>
      toBinary(
        ModelProtoSchema,
        create(ModelProtoSchema, {
          irVersion: 9n,
          producerName: 'vireo',
          opsetImport: [...domains].map(([domain, version]) =>
            create(OperatorSetIdProtoSchema, { domain, version }),
          ),
          functions,
          graph: create(GraphProtoSchema, {
            name: graphName,
            node:
              // Graphs inside of inserted nodes read values by the names that they know.
              inserted > 0
                ? [...nodes, ...[...renamed].map(([value, name]) => copyNode(value, name))]
                : nodes.map((node) => renamedNode(node, renamed)),
            initializer: initializers,
            sparseInitializer: sparse,
            input: inputs,
            output: outputs,
          }),
        }),
      ),
  }
  return builder
}

function copyNode(from: string, to: string): NodeProto {
  return create(NodeProtoSchema, { opType: 'Identity', input: [from], output: [to] })
}

function renamedNode(node: NodeProto, names: ReadonlyMap<string, string>): NodeProto {
  if (![...node.input, ...node.output].some((name) => names.has(name))) return node
  const rename = (name: string) => names.get(name) ?? name
  return { ...node, input: node.input.map(rename), output: node.output.map(rename) }
}

function bytesOf(
  data: Float32Array | BigInt64Array | Uint8Array,
  length: number,
  shape: readonly number[],
  graph: string,
): Uint8Array {
  const wanted = shape.reduce((product, size) => product * size, 1)
  if (wanted !== length)
    throw new AppError('MODEL_GRAPH', `${graph}: ${length} values do not fill the shape [${shape.join()}]`)
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

function tensor(name: string, type: ElementType, rawData: Uint8Array, shape: readonly number[]): TensorProto {
  return create(TensorProtoSchema, { name, dataType: elementTypes[type], dims: shape.map(BigInt), rawData })
}

function valueInfo(name: string, type: ElementType, shape: readonly Dimension[]): ValueInfoProto {
  const dim = shape.map((size) =>
    create(TensorShapeProto_DimensionSchema, {
      value:
        typeof size === 'number'
          ? { case: 'dimValue', value: BigInt(size) }
          : { case: 'dimParam', value: size },
    }),
  )
  const tensorType = create(TypeProto_TensorSchema, {
    elemType: elementTypes[type],
    shape: create(TensorShapeProtoSchema, { dim }),
  })
  return create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, { value: { case: 'tensorType', value: tensorType } }),
  })
}

function attribute(name: string, value: Attribute): AttributeProto {
  if (typeof value === 'string')
    return create(AttributeProtoSchema, {
      name,
      type: AttributeType.STRING,
      s: new TextEncoder().encode(value),
    })
  if (typeof value === 'number')
    return Number.isInteger(value)
      ? create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(value) })
      : create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: value })
  if (Array.isArray(value)) {
    const list = value as readonly number[]
    return list.every(Number.isInteger)
      ? create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: list.map(BigInt) })
      : create(AttributeProtoSchema, { name, type: AttributeType.FLOATS, floats: [...list] })
  }
  if ('float' in value)
    return create(AttributeProtoSchema, {
      name,
      type: AttributeType.FLOAT,
      f: (value as { float: number }).float,
    })
  return create(AttributeProtoSchema, { name, type: AttributeType.TENSOR, t: value as TensorProto })
}
