import { describe, expect, it } from 'vitest'
import { type ImportOptions, parseImportOptions } from '../../../src/cli/model/model-options.ts'

const options: ImportOptions = {
  name: 'd',
  out: 'out',
  fps: '5',
  size: '64x64',
  layout: 'NCHW',
  labels: 'person',
  mean: '0',
  std: '1',
  scale: '1/255',
  order: 'rgb',
  threshold: '0.5',
  license: 'MIT',
  modelVersion: '1.0.0',
  description: '',
  strides: '8,16,32',
  leastScore: '0.1',
  nmsIou: '0.5',
}
const parse = (changes: Partial<ImportOptions>) => parseImportOptions('m.onnx', { ...options, ...changes })

describe('options of a detector', () => {
  it('has one frame, no activation and what is usual for its head', () => {
    expect(parse({ decode: 'yolox' })).toMatchObject({
      frames: 1,
      strideFrames: 1,
      activation: 'none',
      decode: { head: 'yolox', strides: [8, 16, 32], objectness: true, fit: 'letterbox', nmsIou: 0.5 },
    })
    expect(parse({ decode: 'boxes' }).decode).toMatchObject({ corners: 'corners', nmsIou: null, strides: [] })
    expect(parse({ decode: 'yolo', fit: 'stretch', nmsIou: 'none' }).decode).toMatchObject({
      fit: 'stretch',
      nmsIou: null,
    })
  })

  it.each([
    [{ decode: 'yolov3' }, '--decode yolov3: accepted: yolox'],
    [{ decode: 'yolo', kind: 'clip' }, '--kind clip'],
    [{ kind: 'detector' }, '--kind detector'],
    [{ kind: 'stream' }, 'only clip models'],
    [{}, '--frames: is required'],
    [{ decode: 'yolox', strides: '8,x' }, '--strides x'],
    [{ decode: 'yolo', fit: 'crop' }, '--fit crop'],
  ])('says what is wrong with %j', (changes, message) => {
    expect(() => parse(changes)).toThrow(message)
  })
})
