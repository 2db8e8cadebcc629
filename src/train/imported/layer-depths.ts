import type { GraphProto, NodeProto } from '../../onnx/proto/onnx_pb.ts'
import type { ImportedParameter } from './choose-parameters.ts'
import { usedNodes } from './used-nodes.ts'

/** A stretch of the graph between two places at which everything that was computed is in one value. */
interface Stretch {
  /** Parameters that take part in it. */
  readonly names: string[]
  /** Whether two computed values are multiplied as matrices: attention. */
  attends: boolean
  /** Whether what goes in, or its mean, is added to what comes out. */
  skips: boolean
}

const products = ['MatMul', 'Einsum']
/** These give what they are given, in another shape or as a mean. */
const passing = ['Identity', 'Reshape', 'Squeeze', 'Unsqueeze', 'Transpose', 'Slice', 'ReduceMean']
/** These give sizes, not numbers that were computed from pixels. */
const sizes = ['Shape', 'Size']

/**
 * How deep each parameter lies, from 0 at the input to the head. Names in exported graphs say nothing about that, so
 * the order of nodes does: where one value alone carries on, a layer may end. A stretch without a matrix (a norm
 * between blocks) belongs to the layer before it, and so does the MLP that follows on an attention: a transformer
 * block is one layer, or one for each of its attentions. Parameters without influence on the output get 0.
 */
export function layerDepths(
  graph: GraphProto,
  parameters: readonly Pick<ImportedParameter, 'name' | 'decay'>[],
): ReadonlyMap<string, number> {
  const matrices = new Set(parameters.filter(({ decay }) => decay).map(({ name }) => name))
  const layers: { names: string[]; open: boolean }[] = []
  for (const { names, attends, skips } of stretchesOf(graph, new Set(parameters.map(({ name }) => name)))) {
    if (names.length === 0) continue
    const before = layers.at(-1)
    const hasMatrix = names.some((name) => matrices.has(name))
    const follows = skips && !attends && before?.open === true
    if (before && (!hasMatrix || follows)) {
      before.names.push(...names)
      if (hasMatrix) before.open = false
    } else layers.push({ names, open: attends })
  }
  const depths = new Map(parameters.map(({ name }) => [name, 0]))
  layers.forEach(({ names }, depth) => {
    for (const name of names) depths.set(name, depth)
  })
  return depths
}

function stretchesOf(graph: GraphProto, trained: ReadonlySet<string>): Stretch[] {
  const output = graph.output[0]!.name
  const nodes = usedNodes(graph, output)
  const computed = computedValues(graph, nodes, trained)
  const reads = (node: NodeProto) => (sizes.includes(node.opType) ? [] : node.input.filter(isComputed))
  const isComputed = (name: string) => computed.has(name)
  const lastUse = new Map<string, number>([[output, nodes.length]])
  nodes.forEach((node, index) => {
    for (const name of reads(node)) if (name !== output) lastUse.set(name, index)
  })

  const given = new Set<string>()
  /** Parameters that went into a value that no pixels went into, such as positions that are reshaped first. */
  const carried = new Map<string, readonly string[]>()
  const found: Stretch[] = []
  const begin = (): Stretch => ({ names: [], attends: false, skips: false })
  const start = graph.input[0]!.name
  const open = new Set([start])
  let [stretch, skipped, length] = [begin(), new Set([start]), 0]
  nodes.forEach((node, index) => {
    const [made = ''] = node.output
    if (trained.has(made)) return
    const own = node.input.flatMap((name) => (trained.has(name) ? [name] : (carried.get(name) ?? [])))
    if (!isComputed(made)) {
      if (own.length > 0) for (const name of node.output) carried.set(name, own)
      return
    }
    for (const name of own) if (!given.has(name)) stretch.names.push(name)
    for (const name of own) given.add(name)
    const inputs = reads(node)
    if (products.includes(node.opType) && inputs.length > 1) stretch.attends = true
    for (const name of node.output) if ((lastUse.get(name) ?? -1) > index) open.add(name)
    for (const name of inputs) if (lastUse.get(name) === index) open.delete(name)
    length += 1
    if (passing.includes(node.opType) && inputs.every((name) => skipped.has(name))) skipped.add(made)
    if (open.size > 1) return
    stretch.skips = length > 1 && node.opType === 'Add' && inputs.some((name) => skipped.has(name))
    found.push(stretch)
    ;[stretch, skipped, length] = [begin(), new Set([made]), 0]
  })
  return [...found, stretch]
}

/** Values that depend on the pixels. */
function computedValues(
  graph: GraphProto,
  nodes: readonly NodeProto[],
  trained: ReadonlySet<string>,
): ReadonlySet<string> {
  const computed = new Set([graph.input[0]!.name])
  for (const { opType, input, output } of nodes)
    if (!sizes.includes(opType) && !trained.has(output[0] ?? '') && input.some((name) => computed.has(name)))
      for (const name of output) computed.add(name)
  return computed
}
