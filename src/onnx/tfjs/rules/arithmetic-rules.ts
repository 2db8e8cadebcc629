import { computed, computedPlanes, type GraphValue, planesOf, rowsOf, type Sizes } from '../graph-value.ts'
import { broadcast, type NodeReader } from '../node-reader.ts'
import type { Rule, Rules } from './rule.ts'

type Write = (graph: NodeReader['graph'], names: readonly string[], node: NodeReader) => string

/** Operators that work on each number by itself and broadcast: they keep the order in which their inputs are held. */
export const arithmeticRules: Rules = {
  ...each(['Add', 'AddV2'], 'Add'),
  ...each(['Sub'], 'Sub'),
  ...each(['Mul'], 'Mul'),
  ...each(['RealDiv', 'Div'], 'Div'),
  ...each(['Maximum'], 'Max'),
  ...each(['Minimum'], 'Min'),
  ...each(['AddN'], 'Sum'),
  ...each(['Pow'], 'Pow'),
  ...each(['Abs'], 'Abs'),
  ...each(['Neg'], 'Neg'),
  ...each(['Exp'], 'Exp'),
  ...each(['Log'], 'Log'),
  ...each(['Sqrt'], 'Sqrt'),
  ...each(['Reciprocal'], 'Reciprocal'),
  ...each(['Floor'], 'Floor'),
  ...each(['Ceil'], 'Ceil'),
  ...each(['Round'], 'Round'),
  ...each(['Sin'], 'Sin'),
  ...each(['Cos'], 'Cos'),
  ...each(['Sign'], 'Sign'),
  ...each(['Erf'], 'Erf'),
  ...each(['Relu'], 'Relu'),
  ...each(['Sigmoid'], 'Sigmoid'),
  ...each(['Tanh'], 'Tanh'),
  ...each(['Softplus'], 'Softplus'),
  ...each(['Elu'], 'Elu'),
  ...each(['Selu'], 'Selu'),
  ...each(['Equal'], 'Equal', 'bool'),
  ...each(['Less'], 'Less', 'bool'),
  ...each(['LessEqual'], 'LessOrEqual', 'bool'),
  ...each(['Greater'], 'Greater', 'bool'),
  ...each(['GreaterEqual'], 'GreaterOrEqual', 'bool'),
  ...each(['LogicalAnd'], 'And', 'bool'),
  ...each(['LogicalOr'], 'Or', 'bool'),
  ...each(['LogicalNot'], 'Not', 'bool'),
  NotEqual: elementwise((graph, names) => graph.op('Not', [graph.op('Equal', names)]), 'bool'),
  Square: elementwise((graph, [x]) => graph.op('Mul', [x!, x!])),
  Rsqrt: elementwise((graph, names) => graph.op('Reciprocal', [graph.op('Sqrt', names)])),
  SquaredDifference: elementwise((graph, names) => {
    const difference = graph.op('Sub', names)
    return graph.op('Mul', [difference, difference])
  }),
  Relu6: elementwise((graph, [x]) => graph.op('Clip', [x!, graph.f32([0]), graph.f32([6])])),
  LeakyRelu: elementwise((graph, names, node) =>
    graph.op('LeakyRelu', names, { alpha: { float: node.number('alpha', 0.2) } }),
  ),
  ClipByValue: elementwise((graph, names) => graph.op('Clip', names)),
  FloorMod: elementwise((graph, names, node) => floorMod(graph, names, node)),
  Mod: elementwise((graph, names, node) => floorMod(graph, names, node)),
  // The quotient of whole numbers is cut toward zero in ONNX; TensorFlow rounds it down.
  FloorDiv: elementwise((graph, names, node) =>
    isFloat(node)
      ? graph.op('Floor', [graph.op('Div', names)])
      : graph.op('Div', [graph.op('Sub', [names[0]!, floorMod(graph, names, node)]), names[1]!]),
  ),
  Cast: castRule,
  BiasAdd: elementwise((graph, names) => graph.op('Add', names)),
  Prelu: elementwise((graph, names) => graph.op('PRelu', names)),
}

const isFloat = (node: NodeReader) => node.inputs[0]?.type === 'float'

/** The remainder has the sign of the divisor, as ONNX's Mod of whole numbers gives it. */
function floorMod(graph: NodeReader['graph'], names: readonly string[], node: NodeReader): string {
  if (!isFloat(node)) return graph.op('Mod', names)
  const whole = graph.op('Floor', [graph.op('Div', names)])
  return graph.op('Sub', [names[0]!, graph.op('Mul', [whole, names[1]!])])
}

function each(ops: readonly string[], type: string, made?: GraphValue['type']): Rules {
  const rule = elementwise((graph, names) => graph.op(type, names), made)
  return Object.fromEntries(ops.map((op) => [op, rule]))
}

function elementwise(write: Write, made?: GraphValue['type']): Rule {
  return (node) => {
    const { graph, inputs } = node
    const type = made ?? inputs[0]!.type
    const sizes = inputs.map((input) => input.sizes).reduce(broadcast)
    const planes = inPlanes(node, sizes)
    return planes
      ? [computedPlanes(write(graph, planes, node), type, sizes)]
      : [
          computed(
            write(
              graph,
              inputs.map((input) => rowsOf(graph, input)),
              node,
            ),
            type,
            sizes,
          ),
        ]
  }
}

/** The inputs as [N, C, H, W], when one of them is held so and the others can follow; null when they cannot. */
function inPlanes({ graph, inputs }: NodeReader, sizes: Sizes): string[] | null {
  if (sizes?.length !== 4 || !inputs.some((input) => input.planes !== null && input.rows === null))
    return null
  const names: string[] = []
  for (const input of inputs) {
    const rank = input.sizes!.length
    if (rank === 4) names.push(planesOf(graph, input))
    else if (rank === 0) names.push(rowsOf(graph, input))
    else if (rank === 1 && input.known?.type === 'float')
      names.push(graph.f32(input.known.values as Float32Array, [input.known.shape[0]!, 1, 1]))
    else return null
  }
  return names
}

const castTypes = {
  DT_FLOAT: ['float', 1],
  DT_HALF: ['float', 1],
  DT_DOUBLE: ['float', 1],
  DT_BOOL: ['bool', 9],
} as const

function castRule(node: NodeReader): GraphValue[] {
  const input = node.inputs[0]!
  const wanted = node.typeName('DstT')
  const [type, to] = castTypes[wanted as keyof typeof castTypes] ?? (['int', 7] as const)
  if (type === input.type) return [input]
  if (input.planes !== null && input.rows === null)
    return [computedPlanes(node.graph.op('Cast', [input.planes], { to }), type, input.sizes)]
  return [computed(node.graph.op('Cast', [node.rows(0)], { to }), type, input.sizes)]
}
