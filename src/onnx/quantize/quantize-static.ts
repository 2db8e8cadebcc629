import { create, toBinary } from '@bufbuild/protobuf'
import { AppError } from '../../core/errors.ts'
import { makeNode } from '../edit/edit-nodes.ts'
import { freshNames } from '../edit/edit-walk.ts'
import { elementTypes } from '../element-type.ts'
import { type GraphProto, ModelProtoSchema, type NodeProto, ValueInfoProtoSchema } from '../proto/onnx_pb.ts'
import { floatsOf, makeTensor } from '../tensor-data.ts'
import type { ActivationRange } from './activation-range.ts'
import type { QuantizeSettings } from './quantize-dynamic.ts'
import { openForQuantizing, type QuantizeReport, type Weight, weightOf } from './quantize-nodes.ts'
import { quantizeWeights } from './quantize-weights.ts'
import { dropUnusedConstants, splitGemms } from './split-gemms.ts'

interface Target {
  readonly node: NodeProto
  readonly weight: Weight
  /** What must be known of its output too: convolutions run in 8 bits only with an 8-bit output. */
  readonly output: string | null
}

/**
 * The float model with every activation that static quantisation needs the range of as a further output. Run it on
 * typical inputs and give what it says to a RangeRecorder for each.
 */
export function watchActivations(
  model: Uint8Array,
  settings: QuantizeSettings = {},
): { model: Uint8Array; activations: readonly string[] } {
  const { proto, graph } = openForQuantizing(model, 13)
  splitGemms(graph, freshNames(graph), 'Gemm')
  const names = new Set(
    targetsOf(graph, settings).flatMap(({ node, output }) => [
      node.input[0]!,
      ...(output === null ? [] : [output]),
    ]),
  )
  const activations = [...names]
  for (const name of activations)
    if (!graph.output.some((output) => output.name === name))
      graph.output.push(
        create(ValueInfoProtoSchema, {
          name,
          type: { value: { case: 'tensorType', value: { elemType: elementTypes.float32 } } },
        }),
      )
  dropUnusedConstants(graph)
  return { model: toBinary(ModelProtoSchema, proto), activations }
}

/**
 * Static quantisation: as quantizeDynamic, but the ranges of activations were measured before (see watchActivations),
 * so that nothing is searched for at run time, and convolutions take part. Written as QuantizeLinear and
 * DequantizeLinear around each node (QDQ), which every execution provider understands. Throws MODEL_GRAPH, also when
 * the range of an activation is missing.
 */
export function quantizeStatic(
  model: Uint8Array,
  ranges: ReadonlyMap<string, ActivationRange>,
  settings: QuantizeSettings = {},
): { model: Uint8Array; report: QuantizeReport } {
  const { proto, graph } = openForQuantizing(model, 13)
  const fresh = freshNames(graph)
  splitGemms(graph, fresh, 'Gemm')
  const targets = targetsOf(graph, settings)
  const byNode = new Map(targets.map((target) => [target.node, target]))
  const bytes = { before: model.length }
  const roundTrips = new Map<string, { readonly name: string; readonly scale: number }>()
  const converted: string[] = []
  let worst = 0

  const scaleOf = (name: string) => {
    const range = ranges.get(name)
    if (!range)
      throw new AppError(
        'MODEL_GRAPH',
        `activation ${name}: no range was measured; run the calibration again`,
        {
          details: { activation: name },
        },
      )
    const [low, high] = [Math.min(0, range.low), Math.max(0, range.high)]
    const scale = high > low ? (high - low) / 255 : 1
    return { scale, zero: Math.max(0, Math.min(255, Math.round(-low / scale))) }
  }
  /** Nodes that bring `from` to 8 bits and back, as `to`. */
  const roundTrip = (
    from: string,
    to: string,
    { scale, zero }: { scale: number; zero: number },
  ): NodeProto[] => {
    const [scaleName, zeroName, bits] = ['scale', 'zero', 'u8'].map((part) => fresh(`${to}_${part}`)) as [
      string,
      string,
      string,
    ]
    graph.initializer.push(
      makeTensor(scaleName, 'float32', Float32Array.of(scale), []),
      makeTensor(zeroName, 'uint8', Uint8Array.of(zero), []),
    )
    return [
      makeNode('QuantizeLinear', [from, scaleName, zeroName], [bits]),
      makeNode('DequantizeLinear', [bits, scaleName, zeroName], [to]),
    ]
  }
  const weightNodes = (weight: Weight): { nodes: NodeProto[]; name: string; scales: Float32Array } => {
    const { values, scales, relativeError } = quantizeWeights(
      weight.values,
      weight.layout,
      settings.sevenBits ?? true,
    )
    worst = Math.max(worst, relativeError)
    const [bits, scaleName, zeroName, name] = ['i8', 'scale', 'zero', 'dq'].map((part) =>
      fresh(`${weight.name}_${part}`),
    ) as [string, string, string, string]
    graph.initializer.push(
      makeTensor(bits, 'int8', values, weight.dims),
      makeTensor(scaleName, 'float32', scales, [scales.length]),
      makeTensor(zeroName, 'int8', new Int8Array(scales.length), [scales.length]),
    )
    const node = makeNode('DequantizeLinear', [bits, scaleName, zeroName], [name], { axis: weight.axis })
    return { nodes: [node], name, scales }
  }
  /** A bias as whole numbers in units of (scale of the input × scale of the channel), as QLinearConv and QGemm want it. */
  const biasNodes = (
    name: string,
    inputScale: number,
    scales: Float32Array,
  ): { nodes: NodeProto[]; name: string } => {
    const tensor = graph.initializer.find((each) => each.name === name)
    const values = tensor ? floatsOf(tensor) : null
    if (!values) return { nodes: [], name }
    const units = scales.map((scale) => scale * inputScale)
    const whole = Int32Array.from(values, (value, n) =>
      Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.round(value / units[n]!))),
    )
    const [bits, scaleName, zeroName, made] = ['i32', 'scale', 'zero', 'dq'].map((part) =>
      fresh(`${name}_${part}`),
    ) as [string, string, string, string]
    graph.initializer.push(
      makeTensor(bits, 'int32', whole, [whole.length]),
      makeTensor(scaleName, 'float32', units, [units.length]),
      makeTensor(zeroName, 'int32', new Int32Array(units.length), [units.length]),
    )
    return {
      nodes: [makeNode('DequantizeLinear', [bits, scaleName, zeroName], [made], { axis: 0 })],
      name: made,
    }
  }

  const outputs = new Set(targets.flatMap(({ output }) => (output === null ? [] : [output])))
  graph.node = graph.node.flatMap((node): NodeProto[] => {
    const nodes: NodeProto[] = []
    const target = byNode.get(node)
    if (target) {
      const input = node.input[0]!
      let activation = roundTrips.get(input)
      if (!activation) {
        const plan = scaleOf(input)
        activation = { name: fresh(`${input}_dq`), scale: plan.scale }
        nodes.push(...roundTrip(input, activation.name, plan))
        roundTrips.set(input, activation)
      }
      const weight = weightNodes(target.weight)
      nodes.push(...weight.nodes)
      node.input[0] = activation.name
      node.input[1] = weight.name
      if (node.input[2]) {
        const bias = biasNodes(node.input[2], activation.scale, weight.scales)
        nodes.push(...bias.nodes)
        node.input[2] = bias.name
      }
      converted.push(target.weight.name)
    }
    nodes.push(node)
    const output = node.output[0]!
    if (outputs.has(output)) {
      // What read the output now reads its 8-bit picture.
      const plan = scaleOf(output)
      const exact = fresh(`${output}_exact`)
      node.output[0] = exact
      nodes.push(...roundTrip(exact, output, plan))
      roundTrips.set(output, { name: output, scale: plan.scale })
    }
    return nodes
  })
  dropUnusedConstants(graph)
  const result = toBinary(ModelProtoSchema, proto)
  return {
    model: result,
    report: { converted, worstWeightError: worst, bytesBefore: bytes.before, bytesAfter: result.length },
  }
}

function targetsOf(graph: GraphProto, settings: QuantizeSettings): Target[] {
  const constants = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]))
  return graph.node.flatMap((node): Target[] => {
    const weight = weightOf(node, constants, settings)
    if (!weight) return []
    if (node.opType !== 'Conv') return [{ node, weight, output: null }]
    // A relu right behind costs nothing: the 8-bit range starts at 0.
    const readers = graph.node.filter(({ input }) => input.includes(node.output[0]!))
    const relu = readers.length === 1 && readers[0]!.opType === 'Relu' ? readers[0]! : node
    return [{ node, weight, output: relu.output[0]! }]
  })
}
