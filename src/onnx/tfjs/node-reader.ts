import { AppError } from '../../core/errors.ts'
import type { GraphBuilder } from '../graph-builder.ts'
import { type GraphValue, planesOf, rowsOf, type Sizes } from './graph-value.ts'
import type { TfjsNode } from './tfjs-schema.ts'

/** A node of TensorFlow with its inputs, as the rules of conversion read it. */
export interface NodeReader {
  readonly graph: GraphBuilder
  readonly op: string
  readonly inputs: readonly GraphValue[]
  /** An input in TensorFlow's order. */
  rows(index: number): string
  /** An input with four axes as [N, C, H, W]. */
  planes(index: number): string
  /** The numbers of an input that must be a constant. */
  known(index: number): number[]
  whole(name: string, otherwise: number): number
  number(name: string, otherwise: number): number
  truth(name: string): boolean
  text(name: string): string
  texts(name: string): readonly string[]
  wholes(name: string): readonly number[]
  /** A type such as DT_FLOAT. */
  typeName(name: string): string
  /** For what a rule cannot convert. */
  refuse(what: string): AppError
}

/** Numbers of TensorFlow's DataType that models hold; most write the name. */
const typeNames: Readonly<Record<string, string>> = {
  1: 'DT_FLOAT',
  2: 'DT_DOUBLE',
  3: 'DT_INT32',
  4: 'DT_UINT8',
  9: 'DT_INT64',
  10: 'DT_BOOL',
  19: 'DT_HALF',
}

const textOf = (base64: string) => Buffer.from(base64, 'base64').toString('utf8')

/** @throws AppError MODEL_GRAPH from its functions, naming the node, when something is not as a rule needs it. */
export function readNode(graph: GraphBuilder, node: TfjsNode, inputs: readonly GraphValue[]): NodeReader {
  const refuse = (what: string) =>
    new AppError('MODEL_GRAPH', `node ${node.name} (${node.op}): ${what}`, {
      details: { node: node.name, op: node.op },
    })
  const input = (index: number) => {
    const found = inputs[index]
    if (!found) throw refuse(`input ${index} is missing`)
    return found
  }
  return {
    graph,
    op: node.op,
    inputs,
    refuse,
    rows: (index) => rowsOf(graph, input(index)),
    planes(index) {
      const value = input(index)
      if (value.sizes?.length !== 4)
        throw refuse(`input ${index} has ${value.sizes?.length ?? 'an unknown number of'} axes instead of 4`)
      return planesOf(graph, value)
    },
    known(index) {
      const { known } = input(index)
      if (!known) throw refuse(`input ${index} is computed; only a constant can be converted there`)
      return [...known.values]
    },
    whole: (name, otherwise) => Number(node.attr[name]?.i ?? otherwise),
    number: (name, otherwise) => Number(node.attr[name]?.f ?? otherwise),
    truth: (name) => node.attr[name]?.b === true,
    text: (name) => textOf(node.attr[name]?.s ?? ''),
    texts: (name) => (node.attr[name]?.list?.s ?? []).map(textOf),
    wholes: (name) => (node.attr[name]?.list?.i ?? []).map(Number),
    typeName: (name) => typeNames[String(node.attr[name]?.type)] ?? String(node.attr[name]?.type),
  }
}

/** Sizes that two shapes have after broadcasting; what is not known stays so. */
export function broadcast(a: Sizes, b: Sizes): Sizes {
  if (!a || !b) return null
  const length = Math.max(a.length, b.length)
  return Array.from({ length }, (_, axis) => {
    const [x, y] = [a, b].map((sizes) => {
      const at = axis - (length - sizes.length)
      return at < 0 ? 1 : sizes[at]!
    }) as [number | null, number | null]
    if (x === 1) return y
    return y === 1 || x === y ? x : (x ?? y)
  })
}

/** An axis counted from the end as one counted from the start. */
export function axisOf(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis
}
