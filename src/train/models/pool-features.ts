import { AppError } from '../../core/errors.ts'
import type { Tape, Value } from '../autodiff/tape.ts'
import { shapeConstant } from '../autodiff/tape.ts'

/**
 * What is made of the features of one clip or frame: `flatten` takes all of them, `places` averages [C, …, h, w] over
 * the places, `tokens` averages [L, D] over the tokens. `bands` averages maps over the upper, the middle and the lower
 * part of the picture, each by itself; of maps of clips [C, T, h, w] it also says how much each of these means changes
 * over time. `fitting` is tokens for [L, D], bands for maps and flatten for all else.
 */
export type Pool = 'flatten' | 'places' | 'tokens' | 'bands' | 'fitting'

/** Parts of the height: of a person who fills the picture about head and arms, trunk, and legs. */
const mostBands = 3

export interface FeaturePooling {
  /** Length of what becomes of one clip. */
  readonly features: number
  /** raw [N · rows, …] → [N, features] */
  pool(raw: Float32Array, count: number): Float32Array
  /** The same as nodes. */
  emit(tape: Tape, raw: string, batch: number): Value
}

export interface PoolingOptions {
  readonly name: string
  readonly pool: Pool
  /** Whether the encoder gives a row for each frame, how many frames a clip has, and whether they are averaged. */
  readonly byFrame: boolean
  readonly frames: number
  readonly averaged: boolean
  /** Rows of the smallest maps of the encoder: bands of larger ones are as high; the maps' own when left out. */
  readonly height?: number
}

/** How all that an encoder gives for a clip becomes one vector: one after the other. */
export interface LevelPooling {
  readonly features: number
  pool(raws: readonly Float32Array[], count: number): Float32Array
  emit(tape: Tape, raws: readonly string[], batch: number): Value
}

/**
 * As planPooling, of every output of an encoder.
 *
 * @throws AppError MODEL_GRAPH
 */
export function planLevels(
  levels: readonly (readonly number[])[],
  options: Omit<PoolingOptions, 'height'>,
): LevelPooling {
  const heights = levels.flatMap((dims) => (dims.length > 3 ? [dims.at(-2)!] : []))
  const least = { ...options, ...(heights.length > 0 && { height: Math.min(...heights) }) }
  const poolings = levels.map((dims) => planPooling(dims, least))
  const features = poolings.reduce((sum, pooling) => sum + pooling.features, 0)
  return {
    features,
    pool(raws, count) {
      const out = new Float32Array(count * features)
      let from = 0
      for (const [level, pooling] of poolings.entries()) {
        const values = pooling.pool(raws[level]!, count)
        for (let n = 0; n < count; n += 1)
          out.set(values.subarray(n * pooling.features, (n + 1) * pooling.features), n * features + from)
        from += pooling.features
      }
      return out
    },
    emit(tape, raws, batch) {
      const values = poolings.map((pooling, level) => pooling.emit(tape, raws[level]!, batch))
      if (values.length === 1) return values[0]!
      const names = values.map(({ name }) => name)
      return tape.constant(tape.graph.op('Concat', names, { axis: 1 }), [batch, features])
    },
  }
}

/**
 * How the features of an encoder become one vector for each clip.
 *
 * @param dims of what the encoder gives for one clip.
 * @throws AppError MODEL_GRAPH when they cannot be pooled so
 */
export function planPooling(dims: readonly number[], options: PoolingOptions): FeaturePooling {
  const { name, byFrame, frames, averaged } = options
  const inner = dims.slice(1)
  const fitting = inner.length > 2 ? 'bands' : inner.length === 2 ? 'tokens' : 'flatten'
  const pool = options.pool === 'fitting' ? fitting : options.pool
  const rows = byFrame ? frames : 1
  const refuse = (text: string) =>
    new AppError('MODEL_GRAPH', `${name}: the encoder gives [${dims.join(', ')}] for one clip: ${text}`)
  if (dims[0] !== rows) throw refuse(`the first axis should be ${rows}`)
  if ((pool === 'places' || pool === 'bands') && inner.length < 2)
    throw refuse('there are no places to average over')
  if (pool === 'tokens' && inner.length !== 2) throw refuse('tokens are [L, D]')
  const size = inner.reduce((product, each) => product * each, 1)
  const channels = pool === 'flatten' ? size : pool === 'tokens' ? inner[1]! : inner[0]!
  // Maps of clips say how things change from one moment to the next.
  const times = pool === 'bands' && inner.length > 3 ? inner[1]! : 1
  const places = size / channels / times
  const width = inner.at(-1)!
  const shares =
    pool === 'bands' ? bandShares({ height: places / width, width, rows: options.height }) : [evenly(places)]
  const merged = averaged ? rows : 1
  return createPooling({ rows, merged, channels, times, places, shares, inRows: pool !== 'tokens' })
}

interface Plan {
  /** Rows that the encoder gives for one clip, and how many of them become one. */
  readonly rows: number
  readonly merged: number
  /** A row is [channels, times, places]; without `inRows` [places, channels]. */
  readonly channels: number
  readonly times: number
  readonly places: number
  readonly inRows: boolean
  /** Of each part: what each place counts in its mean. */
  readonly shares: readonly Float32Array[]
}

function createPooling(plan: Plan): FeaturePooling {
  const { rows, merged, channels, times, places, inRows, shares } = plan
  const parts = shares.length
  const moves = times > 1
  /** Numbers of a channel: the mean of each part, and how far it departs from that over time. */
  const numbers = parts * (moves ? 2 : 1)
  const each = channels * numbers
  const features = (rows / merged) * each
  const size = channels * times * places
  const meanAt = (raw: Float32Array, at: number, weights: Float32Array) => {
    const [from, step] = inRows ? [at * places, 1] : [at, channels]
    let sum = 0
    for (let place = 0; place < places; place += 1) sum += weights[place]! * raw[from + place * step]!
    return sum
  }
  return {
    features,
    pool(raw, count) {
      const out = new Float32Array(count * features)
      for (let row = 0; row < count * rows; row += 1) {
        const own = raw.subarray(row * size, (row + 1) * size)
        const to = Math.floor(row / rows) * features + (merged === 1 ? (row % rows) * each : 0)
        for (let channel = 0; channel < channels; channel += 1)
          for (const [part, weights] of shares.entries()) {
            const means = Array.from({ length: times }, (_, time) =>
              meanAt(own, channel * times + time, weights),
            )
            const mean = means.reduce((a, b) => a + b) / times
            const at = to + channel * numbers + part
            out[at]! += mean / merged
            if (!moves) continue
            const square = means.reduce((sum, value) => sum + (value - mean) ** 2, 0) / times
            out[at + parts]! += Math.sqrt(square) / merged
          }
      }
      return out
    },
    emit(tape, raw, batch) {
      const { graph } = tape
      const to = (name: string, shape: readonly number[]) =>
        graph.op('Reshape', [name, shapeConstant(graph, shape)])
      // Averages are products with rows of numbers: every opset has those in the same form.
      const row = batch * rows
      const mean = (name: string, count: number) =>
        graph.op('MatMul', [graph.f32(evenly(count), [1, count]), name])
      const table = Float32Array.from(
        { length: places * parts },
        (_, at) => shares[at % parts]![Math.floor(at / parts)]!,
      )
      let x = raw
      if (!inRows) x = mean(to(raw, [row, places, channels]), places)
      else if (places > 1)
        x = graph.op('MatMul', [to(raw, [row, channels * times, places]), graph.f32(table, [places, parts])])
      if (moves) {
        const moments = to(x, [row * channels, times, parts])
        const middle = mean(moments, times)
        const apart = graph.op('Sub', [moments, middle])
        const squares = mean(graph.op('Mul', [apart, apart]), times)
        x = graph.op('Concat', [middle, graph.op('Sqrt', [squares])], { axis: 1 })
      }
      if (merged > 1) x = mean(to(x, [batch, rows, each]), rows)
      return tape.constant(to(x, [batch, features]), [batch, features])
    },
  }
}

const evenly = (count: number) => new Float32Array(count).fill(1 / count)

/** Of [height, width]: what each place counts in the mean of each part; parts share a row where it is in both. */
function bandShares(maps: { height: number; width: number; rows: number | undefined }): Float32Array[] {
  const { height, width } = maps
  // Maps of several sizes have the same parts where the sizes allow it.
  const rows = maps.rows !== undefined && height % maps.rows === 0 ? maps.rows : height
  const scale = height / rows
  const parts = Math.min(mostBands, rows)
  return Array.from({ length: parts }, (_, part) => {
    const from = scale * Math.floor((part * rows) / parts)
    const to = scale * Math.ceil(((part + 1) * rows) / parts)
    return Float32Array.from({ length: height * width }, (__, at) => {
      const y = Math.floor(at / width)
      return y >= from && y < to ? 1 / ((to - from) * width) : 0
    })
  })
}
