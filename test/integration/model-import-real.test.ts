import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { toBinary } from '@bufbuild/protobuf'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import type { Layout } from '../../src/onnx/fold/fold-input.ts'
import { foldModel } from '../../src/onnx/fold/fold-preprocessing.ts'
import { ModelProtoSchema } from '../../src/onnx/proto/onnx_pb.ts'
import { readModel } from '../../src/onnx/read-model.ts'

const root = join(import.meta.dirname, '../..')
const folder = resolve(root, process.env.VIREO_TEST_MODELS ?? '../shared/models')
const models: [string, number, Layout][] = [
  ['FastestDet.onnx', 352, 'NCHW'],
  ['light_person_detector.onnx', 192, 'NCHW'],
  ['movenet_lightning_dequant_fp32.onnx', 192, 'NHWC'],
  ['yolox_nano_416x416.onnx', 416, 'NCHW'],
]
const absent = models.map(([file]) => file).filter((file) => !existsSync(join(folder, file)))
if (absent.length > 0)
  console.warn(
    `skipped: ${folder} has no ${absent.join(', ')}; set VIREO_TEST_MODELS to a folder that has them`,
  )

const numbers = { mean: [0.4, 0.45, 0.5], std: [0.2, 0.25, 0.3], scale: 1 / 255 } as const

describe('real models with folded preprocessing', () => {
  it.for(models)('%s scores two images as it scored each', async ([file, side, layout], { skip }) => {
    skip(absent.includes(file), `${folder} has no ${file}`)
    const given = readFileSync(join(folder, file))
    const proto = readModel(given)
    const size = { frames: 1, widthPx: side, heightPx: side }
    const folded = foldModel(proto, { layout, channelOrder: 'bgr', ...numbers, ...size })
    const original = await InferenceSession.create(given, { logSeverityLevel: 4 })
    const made = await InferenceSession.create(toBinary(ModelProtoSchema, proto), { logSeverityLevel: 4 })
    const images = [gradient(side, 1), gradient(side, 3)]
    const both = Buffer.concat(images)
    const together = await made.run({
      [folded.inputName]: new Tensor('uint8', new Uint8Array(both), [2, 1, side, side, 3]),
    })
    for (const [index, image] of images.entries()) {
      const dims = layout === 'NCHW' ? [1, 3, side, side] : [1, side, side, 3]
      const prepared = new Tensor('float32', prepare(image, side, layout), dims)
      const alone = await original.run({ [original.inputNames[0]!]: prepared })
      for (const name of original.outputNames) {
        const wanted = alone[name]!.data as Float32Array
        const from = index * wanted.length
        const got = (together[name]!.data as Float32Array).subarray(from, from + wanted.length)
        expect(together[name]!.dims).toEqual([2, ...alone[name]!.dims.slice(1)])
        const size = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 1)
        const worst = wanted.reduce((most, value, at) => Math.max(most, Math.abs(value - got[at]!)), 0)
        expect(worst / size).toBeLessThanOrEqual(1e-5)
      }
    }
    console.info(`${file}: batch ${folded.batch}${folded.reason ? ` (${folded.reason})` : ''}`)
    await Promise.all([original.release(), made.release()])
  })
})

function gradient(side: number, step: number): Uint8Array {
  return Uint8Array.from({ length: side * side * 3 }, (_, at) => (at * step + Math.floor(at / 997)) & 255)
}

function prepare(image: Uint8Array, side: number, layout: Layout): Float32Array {
  const planar = layout === 'NCHW'
  return Float32Array.from({ length: image.length }, (_, at) => {
    const pixel = planar ? at % (side * side) : Math.floor(at / 3)
    const channel = 2 - (planar ? Math.floor(at / (side * side)) : at % 3)
    return (image[pixel * 3 + channel]! * numbers.scale - numbers.mean[channel]!) / numbers.std[channel]!
  })
}
