import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { create, toBinary } from '@bufbuild/protobuf'
import { describe, expect, it } from 'vitest'
import { embedExternal } from '../../../../pipelines/model/embed-external.ts'
import { importSound, type SoundImport } from '../../../../pipelines/model/import-sound.ts'
import { soundPresets } from '../../../../pipelines/model/sound-presets.ts'
import { loadBundle } from '../../../../src/bundle/load-bundle.ts'
import { createGraphBuilder } from '../../../../src/onnx/graph-builder.ts'
import { InferenceSession, Tensor } from '../../../../src/onnx/onnx-runtime.ts'
import {
  ModelProtoSchema,
  StringStringEntryProtoSchema,
  TensorProtoSchema,
} from '../../../../src/onnx/proto/onnx_pb.ts'
import { readModel } from '../../../../src/onnx/read-model.ts'
import { emitLogMel } from '../../../../src/onnx/sound/log-mel.ts'
import { tempDir } from '../../../support/temp-dir.ts'

const preset = soundPresets.yamnet
const labels = ['Screaming', 'Fire alarm', 'Dog']

/** A graph of YAMNet's interface: the mean of the window, weighed for each label. */
function modelOf(
  dims: readonly (number | string)[],
  { quantised = false, sigmoid = false, weights = [1, -1, 0.5] } = {},
): Uint8Array {
  const graph = createGraphBuilder({ name: 'small' })
  const audio = graph.input('audio', quantised ? 'uint8' : 'float32', dims)
  const scale = graph.f32([0.05])
  const zero = graph.op('Cast', [graph.i64([140], [])], { to: 2 })
  const full = quantised ? graph.op('DequantizeLinear', [audio, scale, zero]) : audio
  const flat = graph.op('Reshape', [full, graph.i64([-1, 96 * 64])])
  const mean = graph.op('ReduceMean', [flat, graph.i64([1])])
  const logits = graph.op('MatMul', [mean, graph.f32(weights, [1, 3], 'weights')])
  const last = sigmoid ? graph.op('Sigmoid', [logits]) : logits
  const out = quantised ? graph.op('QuantizeLinear', [last, graph.f32([0.5]), zero]) : last
  graph.output('class_scores', out, quantised ? 'uint8' : 'float32', [dims[0]!, 3])
  return graph.model()
}

function planOf(bytes: Uint8Array, more: Partial<SoundImport> = {}): SoundImport {
  const dir = join(tempDir('sound-import'), 'model')
  mkdirSync(dir)
  writeFileSync(join(dir, 'm.onnx'), bytes)
  return {
    file: join(dir, 'm.onnx'),
    outDir: join(dir, 'out'),
    preset,
    labels,
    force: false,
    name: 'sounds',
    version: '1.0.0',
    description: '',
    license: 'NOASSERTION',
    threshold: 0.5,
    ...more,
  }
}

async function scoresOf(dir: string, windows: readonly Int16Array[]): Promise<number[]> {
  const session = await InferenceSession.create(join(dir, 'model.onnx'))
  const sound = Int16Array.from(windows.flatMap((window) => [...window]))
  const { scores } = await session.run({ sound: new Tensor('int16', sound, [windows.length, 15_600]) })
  await session.release()
  return [...(scores!.data as Float32Array)]
}

/** The mean of a window, by the front end alone. */
async function meanOf(window: Int16Array): Promise<number> {
  const graph = createGraphBuilder({ name: 'front' })
  const sound = graph.input('sound', 'int16', ['N', 15_600])
  const { name } = emitLogMel(graph, sound, { samples: 15_600, settings: preset.frontEnd })
  graph.output('mel', name, 'float32', ['N', 64, 96])
  const session = await InferenceSession.create(graph.model())
  const { mel } = await session.run({ sound: new Tensor('int16', window, [1, 15_600]) })
  await session.release()
  const values = mel!.data as Float32Array
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

const hum = Int16Array.from({ length: 15_600 }, (_, n) => Math.round(9000 * Math.sin(n / 9)))
const silence = new Int16Array(15_600)

describe('a model of sounds', () => {
  it.each([
    [['N', 1, 96, 64], {}, 'free'],
    [['batch', 96, 64], {}, 'free'],
    [[1, 96, 64, 1], {}, 'one by one'],
    [[1, 1, 96, 64], { quantised: true }, 'one by one'],
  ] as const)('that takes %j is given samples', async (dims, how, batch) => {
    const plan = planOf(modelOf(dims, how))
    const made = await importSound(plan)
    expect(made.batch).toBe(batch)
    const { bundle } = await loadBundle(plan.outDir)
    expect(bundle).toMatchObject({
      kind: 'audio',
      temporal: { frames: 15_600, sampleFps: 16_000, strideFrames: 7680 },
      output: { activation: 'sigmoid' },
    })
    expect(bundle.labels.map(({ background }) => background)).toEqual([true, true, true])
    const mean = await meanOf(hum)
    const quiet = Math.log(0.001)
    const expected = [mean, -mean, mean / 2, quiet, -quiet, quiet / 2]
    const scores = await scoresOf(plan.outDir, [hum, silence])
    for (const [at, score] of scores.entries()) expect(score).toBeCloseTo(expected[at]!, 3)
  })

  it('that ends in probabilities gets no second sigmoid', async () => {
    const plan = planOf(modelOf(['N', 1, 96, 64], { sigmoid: true }))
    await importSound(plan)
    expect((await loadBundle(plan.outDir)).bundle.output.activation).toBe('none')
  })

  it.each([
    ['a waveform', modelOf([15_600 as never, 96, 63]), {}, /takes log-mel windows/],
    ['other sounds', modelOf(['N', 1, 96, 64]), { labels: ['a', 'b'] }, /one with 2 scores is wanted/],
    [
      'what it says for silence, too',
      modelOf(['N', 1, 96, 64], { weights: [0, 0, 0] }),
      {},
      /the same scores for silence/,
    ],
    ['logits as probabilities', modelOf(['N', 1, 96, 64]), { activation: 'none' }, /not probabilities/],
    ['a label that is none', modelOf(['N', 1, 96, 64]), { background: ['Cat'] }, /--background Cat/],
  ] as const)('is refused for %s, and nothing is written', async (_, bytes, more, message) => {
    const plan = planOf(bytes, more)
    await expect(importSound(plan)).rejects.toThrow(message)
    await expect(loadBundle(plan.outDir)).rejects.toThrow()
  })
})

describe('weights beside a model', () => {
  const external = (fields: Record<string, string>) => {
    const model = readModel(modelOf(['N', 1, 96, 64]), 'm.onnx')
    model.graph!.initializer = model.graph!.initializer.map((tensor) =>
      tensor.name !== 'weights'
        ? tensor
        : create(TensorProtoSchema, {
            name: tensor.name,
            dims: tensor.dims,
            dataType: tensor.dataType,
            dataLocation: 1,
            externalData: Object.entries(fields).map(([key, value]) =>
              create(StringStringEntryProtoSchema, { key, value }),
            ),
          }),
    )
    return toBinary(ModelProtoSchema, model)
  }
  const place = (fields: Record<string, string>) => {
    const plan = planOf(external(fields))
    const floats = Float32Array.from([9, 1, -1, 0.5])
    writeFileSync(join(plan.file, '../w.data'), new Uint8Array(floats.buffer))
    writeFileSync(join(plan.file, '../../w.data'), 'not for models')
    mkdirSync(join(plan.file, '../sub'))
    return plan
  }

  it('are taken in', async () => {
    const plan = place({ location: 'w.data', offset: '4', length: '12' })
    await importSound(plan)
    expect(await scoresOf(plan.outDir, [silence])).toEqual([
      expect.closeTo(Math.log(0.001), 3),
      expect.closeTo(-Math.log(0.001), 3),
      expect.closeTo(Math.log(0.001) / 2, 3),
    ])
  })

  it.each([
    [{ location: '../w.data' }, /only a file beside the model/],
    [{ location: '/etc/hostname' }, /only a file beside the model/],
    [{ location: '..' }, /only a file beside the model/],
    [{ location: 'sub/../w.data' }, /only a file beside the model/],
    [{ location: 'gone.data' }, /cannot be read \(ENOENT\)/],
    [{ location: 'w.data', offset: '8', length: '12' }, /16 bytes, of which 12 from 8/],
    [{ location: 'w.data', offset: '-4' }, /of which/],
    [{ offset: '4' }, /no file/],
  ])('are refused: %j', async (fields, message) => {
    const plan = place(fields)
    const model = readModel(external(fields), plan.file)
    await expect(embedExternal(model, plan.file)).rejects.toThrow(message)
  })
})
