import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../src/core/random.ts'
import { createGraphBuilder } from '../../../src/onnx/graph-builder.ts'
import { patchify } from '../../../src/train/models/patches.ts'
import { createVideoTransformer } from '../../../src/train/models/video-transformer.ts'
import { frozenParameters, initialWeights, layOut } from '../../../src/train/parameters.ts'
import { createTape } from '../../../src/train/tape.ts'

describe('video transformer', () => {
  it.each(['mean', 'max'] as const)(
    'summarises tubelets as it encodes and embeds them, %s',
    async (pooling) => {
      const model = createVideoTransformer({
        ...{ name: 'tiny', labels: ['a', 'b'], clip: { frames: 4, heightPx: 16, widthPx: 24 }, patchPx: 8 },
        ...{ tubeletFrames: 2, width: 16, heads: 2, hidden: 32, depthSpace: 2, depthTime: 1, pooling },
      })
      const random = createRandom(2)
      const layout = layOut(model.parameters)
      // Biases too, which are zeros at first.
      const weights = initialWeights(layout, random.normal).map((value) => value + 0.1 * random.normal())
      const graph = createGraphBuilder({ name: 'both' })
      const clips = graph.input('clips', 'uint8', ['N', 4, 16, 24, 3])
      const tape = createTape(graph)
      const parameters = frozenParameters(tape, weights, layout)
      const layers = { tape, parameters: (name: string) => parameters.get(name)! }
      const patches = patchify(tape, clips, { ...model.settings, batch: -1 })
      const positions = model.positions(tape)
      const whole = model.embed(layers, model.encode(layers, patches, positions))
      const short = model.summarise(layers, patches, positions)
      expect(short.shape).toEqual(whole.shape)
      graph.output('whole', whole.name, 'float32', ['N', 2, 16])
      graph.output('short', short.name, 'float32', ['N', 2, 16])

      const session = await InferenceSession.create(graph.model())
      const pixels = Uint8Array.from({ length: 3 * 4 * 16 * 24 * 3 }, () => random.int(0, 255))
      const given = await session.run({ clips: new Tensor('uint8', pixels, [3, 4, 16, 24, 3]) })
      const [a, b] = [given.whole!.data as Float32Array, given.short!.data as Float32Array]
      expect(a.length).toBe(3 * 2 * 16)
      expect(Math.max(...a.map(Math.abs))).toBeGreaterThan(0.5)
      expect(Math.max(...a.map((value, n) => Math.abs(value - b[n]!)))).toBeLessThan(1e-5)
      await session.release()
    },
  )
})
