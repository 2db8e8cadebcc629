import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { loadBundle } from '../../src/bundle/load-bundle.ts'
import { main } from '../../src/cli/main.ts'
import { createGraphBuilder } from '../../src/onnx/graph-builder.ts'
import { tempDir } from '../support/temp-dir.ts'

const dir = tempDir('import')
const out = join(dir, 'bundle')
const options = ['--name', 'brightness', '--out', out, '--frames', '4', '--fps', '8', '--size', '16x12']
const described = ['--layout', 'NCTHW', '--mean', '0.45,0.5,0.55', '--std', '0.2,0.25,0.3', '--order', 'bgr']
const labelled = ['--labels', 'blue, green, red', '--background', 'green', '--license', 'MIT']
const complete = [...options, ...described, ...labelled]

/** Scores of a clip: the mean of each channel, ten times. */
function meanModel(batch: number | string = 'N'): string {
  const graph = createGraphBuilder({ name: 'mean' })
  const x = graph.input('pixels', 'float32', [batch, 3, 4, 12, 16])
  const mean = graph.op('ReduceMean', [x, graph.i64([2, 3, 4])], { keepdims: 1 })
  const scores = graph.op('Mul', [mean, graph.f32([10], [1])])
  graph.output('scores', scores, 'float32', [batch, 3, 1, 1, 1])
  return save('mean.onnx', graph.model())
}

function save(name: string, bytes: Uint8Array | string): string {
  writeFileSync(join(dir, name), bytes)
  return join(dir, name)
}

let stdout = ''
let stderr = ''
beforeEach(() => {
  stdout = ''
  stderr = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    stdout += String(text)
    return true
  })
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    stderr += String(text)
    return true
  })
})
afterEach(() => {
  vi.restoreAllMocks()
  process.exitCode = undefined
})

describe('vireo model import', () => {
  it('makes a bundle that scores bytes as the model scores prepared pixels', async () => {
    await main(['model', 'import', meanModel(), ...complete])
    expect(stderr).toBe('')
    expect(stdout).toContain(`brightness 1.0.0 is in ${out}`)
    expect(stdout).toContain('given       pixels float32 [N, 3, 4, 12, 16] -> scores float32 [N, 3, 1, 1, 1]')
    expect(stdout).toMatch(/one clip {4}[\d.]+ ms on the CPU/)
    const { bundle, graphPath } = await loadBundle(out)
    expect(bundle).toMatchObject({
      kind: 'clip',
      temporal: { frames: 4, sampleFps: 8, strideFrames: 2 },
      input: { widthPx: 16, heightPx: 12 },
      output: { activation: 'softmax' },
      labels: [
        { name: 'blue', threshold: 0.5, background: false },
        { name: 'green', threshold: 0.5, background: true },
        { name: 'red', threshold: 0.5, background: false },
      ],
      license: 'MIT',
    })
    const session = await InferenceSession.create(graphPath)
    const red = Uint8Array.from({ length: 2 * 4 * 12 * 16 * 3 }, (_, at) => (at % 3 === 0 ? 255 : 0))
    const feeds = { [bundle.input.name]: new Tensor('uint8', red, [2, 4, 12, 16, 3]) }
    const result = (await session.run(feeds))[bundle.output.name]!
    expect(result.dims).toEqual([2, 3])
    const one = [(-0.55 / 0.3) * 10, (-0.5 / 0.25) * 10, ((1 - 0.45) / 0.2) * 10]
    for (const [index, score] of [...(result.data as Float32Array)].entries())
      expect(score).toBeCloseTo(one[index % 3]!, 3)
    await session.release()
  })

  it('replaces a bundle only with --force', async () => {
    const before = readFileSync(join(out, 'bundle.json'), 'utf8')
    await main(['model', 'import', meanModel(), ...complete])
    expect(stderr).toContain('--force replaces it')
    expect(readFileSync(join(out, 'bundle.json'), 'utf8')).toBe(before)
  })

  it('says it as JSON and lifts a fixed batch', async () => {
    await main(['model', 'import', meanModel(1), ...complete, '--force', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ dir: out, batch: 'lifted', batchReason: null })
  })

  it('reads labels from a file', async () => {
    const labels = save('labels.txt', 'blue\r\n green \n\nred\n')
    await main(['model', 'import', meanModel(), ...complete, '--labels', labels, '--force'])
    const names = (await loadBundle(out)).bundle.labels.map(({ name }) => name)
    expect(names).toEqual(['blue', 'green', 'red'])
  })

  const unused = join(dir, 'unused')
  it.each<[string[], string, string]>([
    [['--layout', 'NTCHW'], 'MODEL_GRAPH', 'layout NCTHW would fit'],
    [['--layout', 'NCTWH'], 'API_BAD_REQUEST', 'did you mean NCTHW?'],
    [['--frames', '16'], 'MODEL_GRAPH', 'axis 2 (T) of the graph is 4'],
    [['--frames', '1.5'], 'API_BAD_REQUEST', 'a whole number from 1'],
    [['--size', '12x16'], 'MODEL_GRAPH', 'axis 3 (H) of the graph is 12'],
    [['--size', '12'], 'API_BAD_REQUEST', 'such as 224x224'],
    [['--fps', '0'], 'API_BAD_REQUEST', '--fps 0: a number above 0'],
    [['--labels', 'a,b', '--background', 'a'], 'MODEL_GRAPH', 'it has 3 scores for 2 labels'],
    [['--labels', 'nowhere.txt'], 'API_BAD_REQUEST', 'there is no such file'],
    [['--background', 'gren'], 'API_BAD_REQUEST', 'is not one of the 3 labels'],
    [['--mean', '123,116,103'], 'API_BAD_REQUEST', 'give --scale 1'],
    [['--mean', '1,2'], 'API_BAD_REQUEST', 'three numbers'],
    [['--std', '0.2,0,0.2'], 'API_BAD_REQUEST', 'each must be above 0'],
    [['--scale', 'big'], 'API_BAD_REQUEST', '--scale big'],
    [['--order', 'grb'], 'API_BAD_REQUEST', 'accepted: rgb, bgr'],
    [['--activation', 'relu'], 'API_BAD_REQUEST', 'accepted: softmax, sigmoid, none'],
    [['--activation', 'none'], 'API_BAD_REQUEST', 'so they are not probabilities'],
    [['--threshold', '50'], 'API_BAD_REQUEST', 'a number from 0 to 1'],
    [['--kind', 'stream'], 'API_BAD_REQUEST', 'only clip models (a clip in'],
    [['--input', 'x'], 'MODEL_GRAPH', '"pixels" float32 [N, 3, 4, 12, 16]: there is none named "x"'],
    [['--output', 'y'], 'MODEL_GRAPH', 'has the outputs scores'],
    [['--name', 'My Model'], 'MODEL_BUNDLE_INVALID', 'name: "My Model" is not accepted (a slug'],
  ])('refuses %j and writes nothing', async (wrong, code, text) => {
    await main(['model', 'import', meanModel(), ...complete, '--out', unused, ...wrong])
    expect(stderr).toContain(`${code}: `)
    expect(stderr).toContain(text)
    expect(process.exitCode).toBeGreaterThan(0)
    await expect(loadBundle(unused)).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' })
  })

  it('refuses a file that is missing or no model', async () => {
    await main(['model', 'import', join(dir, 'nowhere.onnx'), ...complete, '--out', unused])
    expect(stderr).toContain('MODEL_NOT_FOUND: ')
    stderr = ''
    await main(['model', 'import', save('text.onnx', 'this is no model'), ...complete, '--out', unused])
    expect(stderr).toContain('MODEL_GRAPH: ')
  })

  it('finds a graph that mixes the clips of a batch when it runs it', async () => {
    const graph = createGraphBuilder({ name: 'mixing' })
    const x = graph.input('pixels', 'float32', ['N', 3, 4, 12, 16])
    const mean = graph.op('ReduceMean', [x, graph.i64([2, 3, 4])], { keepdims: 0 })
    const sum = graph.op('Add', [mean, graph.op('ReduceMax', [mean, graph.i64([0])], { keepdims: 1 })])
    graph.output('scores', sum, 'float32', ['N', 3])
    await main(['model', 'import', save('mixing.onnx', graph.model()), ...complete, '--out', unused])
    expect(stderr).toMatch(/^MODEL_CONTRACT: .*the graph mixes the clips of a batch/)
  })

  it('finds scores that are not numbers when it runs it', async () => {
    const graph = createGraphBuilder({ name: 'nan' })
    const x = graph.input('pixels', 'float32', ['N', 3, 4, 12, 16])
    const mean = graph.op('ReduceMean', [x, graph.i64([2, 3, 4])], { keepdims: 0 })
    const log = graph.op('Log', [graph.op('Sub', [mean, graph.f32([100], [1])])])
    graph.output('scores', log, 'float32', ['N', 3])
    await main(['model', 'import', save('nan.onnx', graph.model()), ...complete, '--out', unused])
    expect(stderr).toMatch(/^MODEL_CONTRACT: .*NaN or infinite/)
  })
})

describe('vireo model inspect', () => {
  it('shows a file', async () => {
    await main(['model', 'inspect', meanModel()])
    expect(stdout).toContain('input       pixels float32 [N, 3, 4, 12, 16]')
    expect(stdout).toContain('operators   Mul 1, ReduceMean 1')
  })

  it('shows a bundle with its fields', async () => {
    await main(['model', 'inspect', out, '--json'])
    const shown = JSON.parse(stdout)
    expect(shown.bundle.name).toBe('brightness')
    expect(shown.inputs).toEqual([{ name: 'clips', type: 'uint8', shape: ['clips', 4, 12, 16, 3] }])
  })

  it('names what is missing', async () => {
    await main(['model', 'inspect', join(dir, 'nowhere')])
    expect(stderr).toContain('MODEL_NOT_FOUND: ')
  })
})

describe('vireo model list', () => {
  it('shows good and broken bundles and ends with the code of the broken one', async () => {
    const models = `[{ name: good, path: ${out} }, { name: gone, path: ${join(dir, 'gone')} }]`
    await main(['model', 'list', '--config', save('vireo.yaml', `version: 1\nmodels: ${models}\n`)])
    expect(stdout).toMatch(/^good {13}clip 1\.0\.0, 4 frames at 8\/s every 2, 16x12, 3 labels/)
    expect(stdout).toMatch(/^gone {13}MODEL_NOT_FOUND: /m)
    expect(process.exitCode).toBe(66)
  })
})
