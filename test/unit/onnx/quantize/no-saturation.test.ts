import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createGraphBuilder } from '../../../../src/onnx/graph-builder.ts'
import { type QuantizeSettings, quantizeDynamic } from '../../../../src/onnx/quantize/quantize-dynamic.ts'
import { quantizeStatic, watchActivations } from '../../../../src/onnx/quantize/quantize-static.ts'
import {
  byteWeightsOf,
  exactDot,
  largestInt16,
  saturatingDot,
  worstPair,
} from '../../../support/byte-products.ts'
import { noise } from '../../train/tiny-transformer.ts'

const normal = noise(17)
const root = join(import.meta.dirname, '../../../..')

/** Weights that are as bad as they can be: all at the end of their range, of one sign or of both. */
const weights: Readonly<Record<string, (count: number) => Float32Array>> = {
  'all positive': (count) => new Float32Array(count).fill(1),
  'all negative': (count) => new Float32Array(count).fill(-1),
  'of both signs': (count) => Float32Array.from({ length: count }, (_, n) => (n % 2 === 0 ? 1 : -1)),
  'of a bell curve': (count) => Float32Array.from({ length: count }, () => normal()),
}

/** A convolution, a matrix product and a Gemm. */
function sample(make: (count: number) => Float32Array): Uint8Array {
  const graph = createGraphBuilder({ name: 'sample' })
  const x = graph.input('x', 'float32', ['N', 3, 8, 8])
  const kernel = graph.f32(make(8 * 3 * 9), [8, 3, 3, 3], 'kernel')
  const seen = graph.op('Conv', [x, kernel], { pads: [1, 1, 1, 1] })
  const flat = graph.op('Reshape', [seen, graph.i64([-1, 512])])
  const hidden = graph.op('MatMul', [flat, graph.f32(make(512 * 16), [512, 16], 'matrix')])
  const y = graph.op('Gemm', [hidden, graph.f32(make(16 * 16), [16, 16], 'gemm')])
  graph.output('y', y, 'float32', ['N', 16])
  return graph.model()
}

function quantized(model: Uint8Array, settings: QuantizeSettings): Uint8Array[] {
  const given = { leastWeights: 100, ...settings }
  const { activations } = watchActivations(model, given)
  const ranges = new Map(activations.map((name) => [name, { low: -1, high: 1 }]))
  return [quantizeDynamic(model, given).model, quantizeStatic(model, ranges, given).model]
}

describe('on a processor that adds two products in 16 bits', () => {
  it.each(Object.entries(weights))('nothing overflows with weights %s', (_name, make) => {
    for (const model of quantized(sample(make), {})) {
      const found = byteWeightsOf(model)
      expect(found.length).toBeGreaterThanOrEqual(2)
      for (const each of found) expect(worstPair(each)).toBeLessThanOrEqual(largestInt16)
    }
  })

  it('whatever the activations are, sums are the exact ones', () => {
    const [model] = quantized(sample(weights['of a bell curve']!), {})
    for (const { channels } of byteWeightsOf(model!))
      for (const channel of channels.slice(0, 8))
        for (const activations of [
          new Uint8Array(channel.length).fill(255),
          Uint8Array.from(channel, (weight) => (weight > 0 ? 255 : 0)),
          Uint8Array.from(channel, (weight) => (weight < 0 ? 255 : 0)),
          Uint8Array.from(channel, () => Math.abs(normal() * 100)),
        ])
          expect(saturatingDot(activations, channel)).toBe(exactDot(activations, channel))
  })

  it('weights of 8 bits do overflow: the emulation can tell', () => {
    const [model] = quantized(sample(weights['all positive']!), { sevenBits: false })
    const [first] = byteWeightsOf(model!)
    expect(worstPair(first!)).toBeGreaterThan(largestInt16)
    const channel = first!.channels[0]!
    const bright = new Uint8Array(channel.length).fill(255)
    expect(saturatingDot(bright, channel)).toBeLessThan(exactDot(bright, channel) * 0.6)
  })

  it('no model that ships overflows', () => {
    for (const file of globSync('models/*/*.onnx', { cwd: root }))
      for (const each of byteWeightsOf(readFileSync(join(root, file))))
        expect(worstPair(each), `${file}: ${each.name}`).toBeLessThanOrEqual(largestInt16)
  })
})
