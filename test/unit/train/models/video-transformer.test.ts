import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../../src/core/random.ts'
import { createGraphBuilder } from '../../../../src/onnx/graph-builder.ts'
import { frozenParameters, layOut } from '../../../../src/train/autodiff/parameters.ts'
import { createTape } from '../../../../src/train/autodiff/tape.ts'
import { patchify } from '../../../../src/train/models/patches.ts'
import { tinyTransformer } from '../tiny-transformer.ts'

describe('video transformer', () => {
  it.each(['mean', 'max'] as const)(
    'summarises tubelets as it encodes and embeds them, %s',
    async (pooling) => {
      const { model, weights } = tinyTransformer({ pooling })
      const random = createRandom(2)
      const graph = createGraphBuilder({ name: 'both' })
      const clips = graph.input('clips', 'uint8', ['N', 8, 16, 24, 3])
      const tape = createTape(graph)
      const parameters = frozenParameters(tape, weights, layOut(model.parameters))
      const layers = { tape, parameters: (name: string) => parameters.get(name)! }
      const patches = patchify(tape, clips, { ...model.settings, batch: -1 })
      const positions = model.positions(tape)
      const whole = model.embed(layers, model.encode(layers, patches, positions))
      const short = model.summarise(layers, patches, positions)
      expect(short.shape).toEqual(whole.shape)
      graph.output('whole', whole.name, 'float32', ['N', 4, 16])
      graph.output('short', short.name, 'float32', ['N', 4, 16])

      const session = await InferenceSession.create(graph.model())
      const pixels = Uint8Array.from({ length: 3 * 8 * 16 * 24 * 3 }, () => random.int(0, 255))
      const given = await session.run({ clips: new Tensor('uint8', pixels, [3, 8, 16, 24, 3]) })
      const [a, b] = [given.whole!.data as Float32Array, given.short!.data as Float32Array]
      expect(a.length).toBe(3 * 4 * 16)
      expect(Math.max(...a.map(Math.abs))).toBeGreaterThan(0.5)
      expect(Math.max(...a.map((value, n) => Math.abs(value - b[n]!)))).toBeLessThan(1e-5)
      await session.release()
    },
  )
})
