import { execFile } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { importModel } from '../../pipelines/model/import-model.ts'
import { parseImportOptions } from '../../src/cli/model/model-options.ts'
import { hasTool } from '../support/prepare-machine.ts'
import { tempDir } from '../support/temp-dir.ts'

const root = join(import.meta.dirname, '../..')
const models = resolve(root, process.env.VIREO_TEST_MODELS ?? '../shared/models')
const footage = resolve(root, process.env.VIREO_TEST_FOOTAGE ?? '../shared/data/footage')
const visits = join(footage, 'one-by-one-person-detection.mp4')
const cars = join(footage, 'car-detection.mp4')
/** Counted by eye, a picture a second: somebody is there from 6, 23, 50, 75, 92 and 124 s on. */
const visitsCounted = 6
const ready = hasTool('ffmpeg') && existsSync(visits)
if (!ready)
  console.warn(
    `skipped: rules on footage (ffmpeg, or ${visits}, is missing; VIREO_TEST_FOOTAGE names its folder)`,
  )

/** Columns of COCO; only the first one is looked at here. */
const coco = ['person', ...Array.from({ length: 79 }, (_, at) => `other ${at + 1}`)].join(',')
const detectors = [
  [
    'light_person_detector.onnx',
    { decode: 'yolox', size: '192x192', order: 'bgr', scale: '1', labels: 'person' },
  ],
  ['yolox_nano_416x416.onnx', { decode: 'yolox', size: '416x416', order: 'bgr', scale: '1', labels: coco }],
  ['FastestDet.onnx', { decode: 'fastestdet', size: '352x352', order: 'bgr', scale: '1/255', labels: coco }],
] as const

let folder: string
let rules: string
beforeAll(() => {
  folder = tempDir('rules')
  rules = join(folder, 'rules.yaml')
  writeFileSync(
    rules,
    `zones:
  - { name: room, points: [[0, 0], [1, 0], [1, 1], [0, 1]] }
rules:
  - { name: visit, preset: intrusion, with: { zone: room }, cooldown: 0s, parked: 0s }
`,
  )
})

async function bundleOf(file: string, options: (typeof detectors)[number][1]): Promise<string> {
  const out = join(folder, file.replace(/\W/g, '-'))
  if (existsSync(out)) return out
  const rest = { name: 'people', out, fps: '5', layout: 'NCHW', mean: '0', std: '1', threshold: '0.5' }
  const text = { license: 'Apache-2.0', modelVersion: '1.0.0', description: '' }
  const numbers = { strides: '8,16,32', leastScore: '0.1', nmsIou: '0.5' }
  await importModel(parseImportOptions(join(models, file), { ...rest, ...text, ...numbers, ...options }))
  return out
}

async function test(video: string, ...more: string[]): Promise<string> {
  const args = [join(root, 'bin/vireo.js'), 'rules', 'test', rules, '--video', video, '--json', ...more]
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 1 << 26 })
  return stdout
}
const dataOf = (output: string) =>
  output
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line).data)

describe.skipIf(!ready)('vireo rules test on footage', () => {
  it.for(detectors)(
    '%s: as many visits as were counted, and nobody among parked cars',
    { timeout: 120_000 },
    async ([file, options], { skip }) => {
      skip(!existsSync(join(models, file)), `${models} has no ${file}`)
      const bundle = await bundleOf(file, options)
      const started = dataOf(await test(visits, '--detector', bundle)).filter(({ phase }) => phase === 'new')
      expect(Math.abs(started.length - visitsCounted)).toBeLessThanOrEqual(1)
      expect(started[0]).toMatchObject({ zone: 'room', detector: 'detector', trackIds: [expect.any(String)] })
      expect(dataOf(await test(cars, '--detector', bundle))).toEqual([])
    },
  )

  it('gives the same bytes every time', async ({ skip }) => {
    const [file, options] = detectors[0]
    skip(!existsSync(join(models, file)), `${models} has no ${file}`)
    const bundle = await bundleOf(file, options)
    const first = await test(visits, '--detector', bundle)
    expect(first.length).toBeGreaterThan(1000)
    expect(await test(visits, '--detector', bundle)).toBe(first)
  }, 120_000)

  it('finds people without a detector too, and says by what', async () => {
    const started = dataOf(await test(visits)).filter(({ phase }) => phase === 'new')
    expect(started.length).toBeGreaterThanOrEqual(2)
    expect(started[0]).toMatchObject({ detector: 'motion', modelName: 'motion' })
  }, 120_000)
})
