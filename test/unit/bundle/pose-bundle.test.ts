import { describe, expect, it } from 'vitest'
import { parseBundle } from '../../../src/bundle/parse-bundle.ts'
import { keypointNames } from '../../../src/core/pose.ts'
import { presentFields } from '../../../src/core/present-fields.ts'
import { sampleBundle } from './sample-bundle.ts'

const pose = {
  ...sampleBundle({ kind: 'pose', temporal: { frames: 1, sampleFps: 5, strideFrames: 1 } }),
  output: { name: 'out', activation: 'none' },
  labels: keypointNames.map((name) => ({ name, threshold: 0.3, background: false })),
  pose: { head: 'movenet', shape: [1, 17, 3] },
  formatVersion: 1,
  files: [{ path: 'model.onnx', sha256: '0'.repeat(64), bytes: 3 }],
}
const parse = (changes: object) => parseBundle(presentFields({ ...pose, ...changes }), 'bundle.json')

describe('a bundle of kind pose', () => {
  it('is taken, with defaults', () => {
    expect(parse({}).pose).toEqual({ ...pose.pose, axes: 'rows', grid: 'cells', margin: 0.125 })
    expect(parse({ pose: { head: 'movenet', shape: [17, 3] } }).kind).toBe('pose')
    expect(parse({ pose: { head: 'heatmaps', shape: [17, 64, 48] } }).kind).toBe('pose')
    expect(parse({ pose: { head: 'yolo', shape: [56, 8400], axes: 'columns' } }).kind).toBe('pose')
  })

  it.each<[string, object, string]>([
    ['no pose', { pose: undefined }, 'pose: is required for kind pose'],
    ['a clip with pose', { ...sampleBundle(), pose: pose.pose }, 'pose: must be absent for kind clip'],
    [
      'an unknown head',
      { pose: { head: 'openpose', shape: [17, 3] } },
      'pose.head: "openpose" is not accepted (movenet, heatmaps, yolo)',
    ],
    [
      'another shape',
      { pose: { head: 'movenet', shape: [6, 56] } },
      'pose.shape: is [6, 56]; head movenet with 17 keypoints gives [1, 17, 3] or [17, 3]',
    ],
    [
      'few heatmaps',
      { pose: { head: 'heatmaps', shape: [13, 64, 48] } },
      'pose.shape: is [13, 64, 48]; head heatmaps',
    ],
    [
      'the other axes',
      { pose: { head: 'yolo', shape: [56, 8400] } },
      'gives [candidates, 56] with axes rows',
    ],
    [
      'two frames',
      { temporal: { frames: 2, sampleFps: 5, strideFrames: 1 } },
      'temporal.frames: must be 1 for kind pose',
    ],
    [
      'softmax',
      { output: { name: 'out', activation: 'softmax' } },
      'output.activation: must be none or sigmoid for kind pose',
    ],
    [
      'a misspelt field',
      { pose: { ...pose.pose, margn: 1 } },
      'pose.margn: unknown field; did you mean "margin"?',
    ],
    [
      'other names',
      { labels: pose.labels.map((label) => ({ ...label, name: label.name.replace('wrist', 'hand') })) },
      'labels: must have the 17 keypoints of COCO by name; missing: left_wrist, right_wrist',
    ],
  ])('%s is refused, naming the field', (_, changes, message) => {
    expect(() => parse(changes)).toThrow(message)
  })
})
