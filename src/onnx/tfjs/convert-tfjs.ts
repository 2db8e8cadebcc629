import { AppError } from '../../core/errors.ts'
import { createGraphBuilder, type GraphBuilder } from '../graph-builder.ts'
import { computed, constant, type GraphValue, rowsOf } from './graph-value.ts'
import { readNode } from './node-reader.ts'
import type { TfjsFiles } from './read-tfjs.ts'
import { ruleTable } from './rules/rule-table.ts'
import { sizesOf, type TfjsNode } from './tfjs-schema.ts'

export interface TfjsConversion {
  /** ONNX bytes, opset 18. */
  readonly model: Uint8Array
  readonly input: string
  /** Sizes of the input, batch first. */
  readonly inputSizes: readonly number[]
  readonly outputs: readonly string[]
}

export interface TfjsOptions {
  /** Sizes of the input instead of those that the model states; the batch comes first. */
  readonly inputSizes?: readonly number[]
  readonly name?: string
}

/**
 * Writes a TensorFlow.js graph model as ONNX. Channels stay where the convolutions want them, whole numbers become
 * int64, and an input of whole numbers is taken as float32, which holds them exactly.
 *
 * @throws AppError MODEL_GRAPH naming the operators that are not known, or the node that cannot be converted.
 */
export function convertTfjs({ model, weights }: TfjsFiles, options: TfjsOptions = {}): TfjsConversion {
  const nodes = inOrder(model.modelTopology.node)
  const unknown = [...new Set(nodes.map(({ op }) => op))].filter(
    (op) => !(op in ruleTable) && !['Const', 'Placeholder', 'NoOp'].includes(op),
  )
  if (unknown.length > 0)
    throw new AppError(
      'MODEL_GRAPH',
      `the graph has operators that cannot be converted: ${unknown.sort().join(', ')}`,
      { details: { operators: unknown } },
    )
  const places = nodes.filter(({ op }) => op === 'Placeholder')
  const [place] = places
  if (!place || places.length > 1)
    throw new AppError('MODEL_GRAPH', `the graph has ${places.length} inputs; only one can take the pixels`)

  const graph = createGraphBuilder({ name: options.name ?? 'tfjs' })
  const values = new Map<string, readonly GraphValue[]>()
  const inputSizes = inputSizesOf(place, options.inputSizes, model.signature?.inputs)
  const input = graph.input(portable(place.name), 'float32', inputSizes)
  for (const node of nodes) {
    if (node.op === 'NoOp') continue
    if (node === place) values.set(node.name, [inputValue(graph, input, node, inputSizes)])
    else if (node.op === 'Const') values.set(node.name, [constant(weightOf(node, weights))])
    else {
      const inputs = node.input
        .filter((name) => !name.startsWith('^'))
        .map((name) => valueNamed(values, name, node))
      values.set(node.name, converted(graph, node, inputs))
    }
  }
  const outputs = outputsOf(model.signature?.outputs, nodes).map(({ name, from }) => {
    const value = valueNamed(values, from, null)
    const type = ({ float: 'float32', int: 'int64', bool: 'bool' } as const)[value.type]
    graph.output(
      name,
      rowsOf(graph, value),
      type,
      (value.sizes ?? []).map((size, axis) => (Number.isInteger(size) ? size! : `size_${axis}`)),
    )
    return name
  })
  return { model: graph.model(), input, inputSizes, outputs }
}

function converted(graph: GraphBuilder, node: TfjsNode, inputs: readonly GraphValue[]): GraphValue[] {
  try {
    return ruleTable[node.op]!(readNode(graph, node, inputs))
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    // A rule read what a whole graph would have: an input, an attribute, a number of axes.
    throw new AppError(
      'MODEL_GRAPH',
      `node ${node.name} (${node.op}): its inputs or attributes are damaged`,
      {
        details: { node: node.name, op: node.op },
        cause,
      },
    )
  }
}

/** Whole numbers come as float32: the first thing that models of pixels do is to make them that. */
function inputValue(
  graph: GraphBuilder,
  input: string,
  place: TfjsNode,
  sizes: readonly number[],
): GraphValue {
  const whole = place.attr.dtype?.type !== undefined && !/FLOAT|^1$/.test(String(place.attr.dtype.type))
  if (!whole) return computed(input, 'float', sizes)
  return computed(graph.op('Cast', [input], { to: 7 }), 'int', sizes)
}

function inputSizesOf(
  place: TfjsNode,
  wanted: readonly number[] | undefined,
  signature: Record<string, { name: string; tensorShape?: Parameters<typeof sizesOf>[0] }> | undefined,
): number[] {
  const signed = Object.values(signature ?? {}).find(({ name }) => name.split(':')[0] === place.name)
  const stated = sizesOf(signed?.tensorShape) ?? sizesOf(place.attr.shape?.shape)
  const sizes = wanted ?? stated?.map((size, axis) => (axis === 0 ? (size ?? 1) : size))
  const known = sizes?.filter((size): size is number => size !== null)
  if (!sizes || known?.length !== sizes.length)
    throw new AppError('MODEL_GRAPH', `input ${place.name}: the model does not state its size; give one`)
  return known
}

function weightOf(node: TfjsNode, weights: TfjsFiles['weights']) {
  const found = weights.get(node.name)
  if (!found) throw new AppError('MODEL_GRAPH', `node ${node.name}: its weight is in no weight file`)
  return found
}

function valueNamed(values: Map<string, readonly GraphValue[]>, reference: string, reader: TfjsNode | null) {
  const [name, output = '0'] = reference.split(':') as [string, string?]
  const found = values.get(name)?.[Number(output)]
  if (found) return found
  throw new AppError(
    'MODEL_GRAPH',
    `${reader ? `node ${reader.name}` : 'the signature'} reads ${reference}, which does not exist`,
  )
}

/** What the signature calls outputs, else what nobody reads. */
function outputsOf(
  signature: Record<string, { name: string }> | undefined,
  nodes: readonly TfjsNode[],
): { name: string; from: string }[] {
  const signed = Object.entries(signature ?? {})
  if (signed.length > 0) return signed.map(([key, { name }]) => ({ name: portable(key), from: name }))
  const read = new Set(
    nodes.flatMap(({ input }) => input.map((name) => name.replace(/^\^/, '').split(':')[0]!)),
  )
  return nodes
    .filter(({ name, op }) => !read.has(name) && op !== 'NoOp' && op !== 'Const')
    .map(({ name }) => ({ name: portable(name), from: name }))
}

/** A name without what tools and shells stumble over. */
function portable(name: string): string {
  return name.replace(/:0$/, '').replaceAll(/[^A-Za-z0-9_.-]/g, '_')
}

/** The nodes so that each comes after what it reads; the files need not keep to that. */
function inOrder(nodes: readonly TfjsNode[]): TfjsNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]))
  const done = new Set<string>()
  const order: TfjsNode[] = []
  for (const root of nodes) {
    const stack: { node: TfjsNode; next: number }[] = [{ node: root, next: 0 }]
    const open = new Set<string>()
    while (stack.length > 0) {
      const top = stack.at(-1)!
      if (done.has(top.node.name)) {
        stack.pop()
        continue
      }
      open.add(top.node.name)
      const reference = top.node.input[top.next]
      if (reference === undefined) {
        done.add(top.node.name)
        order.push(top.node)
        stack.pop()
        continue
      }
      top.next += 1
      const from = byName.get(reference.replace(/^\^/, '').split(':')[0]!)
      if (!from || done.has(from.name)) continue
      if (open.has(from.name))
        throw new AppError('MODEL_GRAPH', `node ${from.name} reads its own result; loops cannot be converted`)
      stack.push({ node: from, next: 0 })
    }
  }
  return order
}
