import { add, gelu } from '../autodiff/ops-arithmetic.ts'
import { attend, layerNorm, linear } from '../autodiff/ops-matrix.ts'
import { meanAxis } from '../autodiff/ops-reduce.ts'
import { reshape, transpose } from '../autodiff/ops-shape.ts'
import type { ParameterSpec, Parameters } from '../autodiff/parameters.ts'
import type { Tape, Value } from '../autodiff/tape.ts'
import { keepBranch } from './drop-path.ts'

/** Sizes of the blocks of one transformer. */
export interface BlockShape {
  readonly width: number
  readonly heads: number
  /** Width of the hidden layer of the MLP. */
  readonly hidden: number
}

/** A matrix with normal numbers that keep the size of activations both ways (Glorot and Bengio 2010), and a bias. */
export function linearSpecs(name: string, from: number, to: number): ParameterSpec[] {
  return [
    { name: `${name}.weight`, shape: [from, to], deviation: Math.sqrt(2 / (from + to)), decay: true },
    { name: `${name}.bias`, shape: [to], deviation: 0, decay: false },
  ]
}

export function normSpecs(name: string, width: number): ParameterSpec[] {
  return [
    { name: `${name}.gain`, shape: [width], deviation: 0, offset: 1, decay: false },
    { name: `${name}.bias`, shape: [width], deviation: 0, decay: false },
  ]
}

export function blockSpecs(name: string, { width, hidden }: BlockShape): ParameterSpec[] {
  return [
    ...normSpecs(`${name}.norm1`, width),
    ...['query', 'key', 'value', 'out'].flatMap((part) => linearSpecs(`${name}.${part}`, width, width)),
    ...normSpecs(`${name}.norm2`, width),
    ...linearSpecs(`${name}.up`, width, hidden),
    ...linearSpecs(`${name}.down`, hidden, width),
  ]
}

export interface Layers {
  readonly tape: Tape
  readonly parameters: Parameters
  /** What a block's branches are multiplied with, [rows, 1, 1]; nothing when left out. */
  readonly keepOf?: (block: string, rows: number) => Value
}

/** x [..., K] → [..., N] */
export function dense({ tape, parameters }: Layers, name: string, x: Value): Value {
  return linear(tape, x, parameters(`${name}.weight`), parameters(`${name}.bias`))
}

export function norm({ tape, parameters }: Layers, name: string, x: Value): Value {
  return layerNorm(tape, x, parameters(`${name}.gain`), parameters(`${name}.bias`))
}

/**
 * One pre-norm transformer block (Xiong et al. 2020): x + attention(norm(x)), then + MLP(norm(·)). x [B, L, D] → [B, L, D].
 * `mask` [L, L] is added to the scores: 0 where a token may look, a large negative number where it may not.
 */
export function block(layers: Layers, name: string, x: Value, shape: BlockShape, mask?: Value): Value {
  return closeBlock(layers, name, openBlock(layers, name, x, shape, mask))
}

/**
 * The mean over L of what a block gives, [B, L, D] → [B, D]. Its last product and its sum are linear: they work on the
 * means, a row for each of B.
 */
export function blockMean(layers: Layers, name: string, x: Value, shape: BlockShape): Value {
  const { tape } = layers
  const mean = (each: Value) => {
    const [rows, , width] = each.shape as [number, number, number]
    return reshape(tape, meanAxis(tape, each, 1), [rows, 1, width])
  }
  const { y, hidden, kept } = openBlock(layers, name, x, shape)
  const closed = closeBlock(layers, name, { y: mean(y), hidden: mean(hidden), kept })
  return reshape(tape, closed, [x.shape[0]!, shape.width])
}

interface OpenBlock {
  readonly y: Value
  readonly hidden: Value
  readonly kept: Value | undefined
}

/** A block up to the hidden layer of its MLP. */
function openBlock(layers: Layers, name: string, x: Value, shape: BlockShape, mask?: Value): OpenBlock {
  const { tape } = layers
  const kept = layers.keepOf?.(name, x.shape[0]!)
  const seen = attention(layers, name, norm(layers, `${name}.norm1`, x), shape, mask)
  const y = add(tape, x, keepBranch(tape, seen, kept))
  return { y, hidden: gelu(tape, dense(layers, `${name}.up`, norm(layers, `${name}.norm2`, y))), kept }
}

function closeBlock(layers: Layers, name: string, { y, hidden, kept }: OpenBlock): Value {
  const made = dense(layers, `${name}.down`, hidden)
  return add(layers.tape, y, keepBranch(layers.tape, made, kept))
}

/** Multi-head self-attention (Vaswani et al. 2017, section 3.2.2). x [B, L, D] → [B, L, D] */
function attention(layers: Layers, name: string, x: Value, shape: BlockShape, mask?: Value): Value {
  const { tape } = layers
  const [batch, length, width] = x.shape as [number, number, number]
  const { heads } = shape
  const each = width / heads
  // [B, L, D] → [B, L, H, D/H] → [B, H, L, D/H]
  const split = (part: string) => {
    const made = reshape(tape, dense(layers, `${name}.${part}`, x), [batch, length, heads, each])
    return transpose(tape, made, [0, 2, 1, 3])
  }
  const parts = { query: split('query'), key: split('key'), value: split('value') }
  // [B, H, L, D/H] → [B, L, H, D/H] → [B, L, D]
  const mixed = transpose(tape, attend(tape, parts, mask), [0, 2, 1, 3])
  return dense(layers, `${name}.out`, reshape(tape, mixed, [batch, length, width]))
}

/** A mask [L, L] under which a token sees itself and what came before. */
export function causalMask(tape: Tape, length: number): Value {
  const mask = new Float32Array(length * length)
  for (let from = 0; from < length; from += 1) mask.fill(-1e9, from * length + from + 1, (from + 1) * length)
  return tape.constant(tape.graph.f32(mask, [length, length]), [length, length])
}

/** Fixed positions (Vaswani et al. 2017, section 3.5): [count, width], sines in the first half, cosines in the second. */
export function sinCosPositions(count: number, width: number): Float32Array {
  const half = width / 2
  const table = new Float32Array(count * width)
  for (let at = 0; at < count; at += 1)
    for (let index = 0; index < half; index += 1) {
      const angle = at / 10_000 ** (index / half)
      table[at * width + index] = Math.sin(angle)
      table[at * width + half + index] = Math.cos(angle)
    }
  return table
}

/** The same for a grid, [rows · columns, width]: half of the width tells the row, half the column. */
export function gridPositions(rows: number, columns: number, width: number): Float32Array {
  const half = width / 2
  const [down, across] = [sinCosPositions(rows, half), sinCosPositions(columns, half)]
  const table = new Float32Array(rows * columns * width)
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < columns; column += 1) {
      const start = (row * columns + column) * width
      table.set(down.subarray(row * half, (row + 1) * half), start)
      table.set(across.subarray(column * half, (column + 1) * half), start + half)
    }
  return table
}
