import type { GraphValue } from '../graph-value.ts'
import type { NodeReader } from '../node-reader.ts'

/** Writes what one node of TensorFlow does and returns its outputs. */
export type Rule = (node: NodeReader) => GraphValue[]
export type Rules = Readonly<Record<string, Rule>>
