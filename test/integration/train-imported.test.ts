import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LearnOutcome, learn } from '../../pipelines/learn/learn.ts'
import { openHandRun } from '../../pipelines/learn/learn-by-hand.ts'
import { exportServed } from '../../pipelines/learn/learn-export.ts'
import { fineTuneModel } from '../../pipelines/learn/learn-model.ts'
import { loadBundle } from '../../src/bundle/load-bundle.ts'
import { writeBundle } from '../../src/bundle/write-bundle.ts'
import { learningSchema } from '../../src/config/schema/learning-schema.ts'
import { systemClock } from '../../src/core/clock.ts'
import { registryDir } from '../../src/core/data-dir.ts'
import { createGraphBuilder } from '../../src/onnx/graph-builder.ts'
import { readModel } from '../../src/onnx/read-model.ts'
import { type ModelRegistry, openModelRegistry } from '../../src/registry/model-registry.ts'
import { movingSquares } from '../support/moving-squares.ts'
import { hasTool } from '../support/prepare-machine.ts'
import { tempDir } from '../support/temp-dir.ts'
import { vireo } from '../support/vireo-process.ts'

const ready = hasTool('ffmpeg')
if (!ready) process.stderr.write('skipped: training imported graphs (ffmpeg is missing)\n')

const fixture = join(import.meta.dirname, '../unit/train/imported/fixtures/videomae.onnx')
let folder: string
let list: string
let bundle: string

beforeAll(async () => {
  if (!ready) return
  folder = tempDir('imported')
  list = await movingSquares(join(folder, 'clips'), { groups: 8, each: 3 })
  bundle = join(folder, 'tiny')
  const imported = vireo([
    ...['model', 'import', fixture, '--name', 'tiny', '--out', bundle, '--frames', '4', '--fps', '8'],
    ...['--size', '16x16', '--layout', 'NTCHW', '--labels', 'stand,walk,fall', '--license', 'Apache-2.0'],
  ])
  expect(await imported.ended).toBe(0)
})

const finetune = {
  batch: 16,
  peakRate: 1e-2,
  clipsPerItem: 4,
  labelSmoothing: 0,
  checkpointEvery: 20,
  augmentation: { flip: false },
}
const plan = (changes: object = {}) => ({
  labelled: [list],
  backbone: bundle,
  testShare: 0.25,
  finetune: { ...finetune, epochs: 20 },
  ...changes,
})

/** The two steps of `vireo train imported`. */
async function train(run: string, changes: object = {}, stopAt: number | null = null) {
  const controller = new AbortController()
  const job = await openHandRun({
    runDir: join(folder, run),
    plan: plan(changes),
    registry: null,
    version: '1.1.0',
    threads: 1,
    code: 'test',
    command: 'test',
    clock: systemClock,
    signal: controller.signal,
    onProgress({ phase, done }) {
      if (phase === 'finetune' && done === stopAt) controller.abort()
    },
  })
  const told = await fineTuneModel(job)
  await exportServed(job)
  return { told, made: await loadBundle(join(folder, run, 'served')) }
}

describe.skipIf(!ready)('an imported graph', () => {
  it('learns other labels from the command line and becomes a new bundle of the same nodes', async () => {
    const file = join(folder, 'plan.yaml')
    writeFileSync(file, JSON.stringify({ finetune, testShare: 0.25 }))
    const out = join(folder, 'by-command')
    const command = ['train', 'imported', bundle, '--data', list, '--out', out, '--plan', file]
    const run = vireo([...command, '--epochs', '20', '--threads', '1', '--json'])
    expect(await run.ended).toBe(0)
    expect(run.errors()).toMatch(/"phase":"finetune".*"etaS":/)
    const told = JSON.parse(run.lines.join()) as Record<string, unknown>
    expect(told).toMatchObject({ bundle: `${out}/served`, model: 'tiny 1.1.0', labels: 'down, right' })
    expect(told.validationAccuracy).toBeGreaterThan(0.8)
    expect(told.parity).toBeLessThan(1e-4)
    const { bundle: made, graphPath } = await loadBundle(join(out, 'served'))
    expect(made).toMatchObject({ parent: 'tiny@1.0.0', license: 'Apache-2.0', kind: 'clip' })
    const nodes = (path: string) => readModel(readFileSync(path)).graph!.node.map(({ opType }) => opType)
    const given = nodes(join(bundle, 'model.onnx')).filter((each) => each !== 'Identity')
    expect(nodes(graphPath).filter((each) => each !== 'Identity')).toEqual(given)
    // Judged by the same command as any other run.
    const judged = vireo(['train', 'evaluate', '--out', out, '--json'])
    expect(await judged.ended).toBe(0)
    expect((JSON.parse(judged.lines.join()) as { accuracy: number }).accuracy).toBeGreaterThan(0.8)
    const wrong = vireo([...command, '--freeze', 'head'])
    expect(await wrong.ended).not.toBe(0)
    expect(wrong.errors()).toMatch(/--freeze head: accepted: backbone/)
    const nobody = vireo([...command, '--people', bundle])
    expect(await nobody.ended).not.toBe(0)
    expect(nobody.errors()).toMatch(/people: .* is no detector with the label person/)
  })

  it('ends with the same bits after it was stopped', async () => {
    const whole = await train('whole', { finetune: { ...finetune, epochs: 6 } })
    const short = { finetune: { ...finetune, epochs: 6 } }
    await expect(train('stopped', short, 30)).rejects.toMatchObject({ code: 'TRAIN_STOPPED' })
    const { made } = await train('stopped', short)
    expect(made.bundle.files).toEqual(whole.made.bundle.files)
  })

  it('keeps its backbone and learns a head on features that are computed once', async () => {
    const { told, made } = await train('frozen', { freeze: 'backbone' })
    expect(told.validationAccuracy).toBeGreaterThan(0.6)
    const tensors = (bytes: Uint8Array) =>
      new Map(readModel(bytes).graph!.initializer.map(({ name, rawData }) => [name, rawData]))
    const before = tensors(readFileSync(join(bundle, 'model.onnx')))
    const after = [...tensors(readFileSync(made.graphPath)).values()].map((raw) =>
      Buffer.from(raw).toString('base64'),
    )
    const kept = [...before].filter(([, raw]) => after.includes(Buffer.from(raw).toString('base64')))
    // All but the old head's two tensors.
    expect(kept.length).toBeGreaterThanOrEqual(before.size - 2)
  })

  it('keeps its head when the footage has its labels, also in another order', async () => {
    const own = await train('own', { finetune: { ...finetune, epochs: 20 } })
    const again = await train('again', {
      backbone: own.made.dir,
      finetune: { steps: 1, batch: 4, peakRate: 1e-6 },
    })
    expect(again.told.validationAccuracy).toBeGreaterThan(0.8)
    expect(again.made.bundle.parent).toBe('model@1.1.0')
  })

  it.each([
    [{ freeze: 'backbone', backbone: undefined }, 'TRAIN_PLAN', /freeze: needs a backbone/],
    [{ kind: 'stream' }, 'TRAIN_PLAN', /serves whole clips/],
    [{ finetune: { dropPath: 0.1 } }, 'TRAIN_PLAN', /no blocks/],
    [{ backbone: '/nowhere' }, 'MODEL_NOT_FOUND', /nowhere/],
  ])('refuses %j', async (changes, code, message) => {
    await expect(train('refused', changes)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    })
    rmSync(join(folder, 'refused'), { recursive: true, force: true })
  })

  it('names the node that cannot be trained through before footage is decoded, and trains a head on it', async () => {
    const graph = createGraphBuilder({ name: 'pooled' })
    const clips = graph.input('clips', 'uint8', ['N', 4, 16, 16, 3])
    const pixels = graph.op('Reshape', [graph.op('Cast', [clips], { to: 1 }), graph.i64([0, 4, 768])])
    const pooled = graph.op('MaxPool', [pixels], { kernel_shape: [8], strides: [8] })
    const flat = graph.op('Reshape', [pooled, graph.i64([0, 384])])
    const weight = graph.f32(new Float32Array(768).fill(0.01), [384, 2], 'head')
    graph.output('logits', graph.op('MatMul', [flat, weight]), 'float32', ['N', 2])
    const dir = join(folder, 'pooled')
    const { bundle: card } = await loadBundle(bundle)
    const { files: _, formatVersion: __, ...rest } = card
    await writeBundle(dir, { ...rest, labels: card.labels.slice(0, 2) }, { 'model.onnx': graph.model() })
    await expect(train('unsupported', { backbone: dir })).rejects.toMatchObject({
      code: 'TRAIN_UNSUPPORTED_OP',
      message: expect.stringMatching(/\(MaxPool, output .*freeze: backbone/),
    })
    expect(existsSync(join(folder, 'unsupported', 'learning', 'cache'))).toBe(false)
    const { made } = await train('pooled-head', { backbone: dir, freeze: 'backbone' })
    expect(made.bundle.labels.map(({ name }) => name)).toEqual(['down', 'right'])
  })
})

describe.skipIf(!ready)('the learning loop with a backbone', () => {
  let registry: ModelRegistry
  beforeAll(() => {
    registry = openModelRegistry({ dir: registryDir(folder), clock: systemClock, who: 'test' })
  })
  afterAll(() => registry?.close())
  const gate = {
    minItems: 6,
    minGroups: 1,
    minClassItems: 3,
    maxLatencyIncrease: 1000,
    toleratedLoss: 1,
    requireSignificance: false,
  }
  const run = (changes: object): Promise<LearnOutcome> =>
    learn({
      learning: learningSchema.parse({ model: 'squares', gate, ...plan(), ...changes }),
      dataDir: folder,
      registry,
      code: 'test',
      command: 'test',
      threads: 1,
      clock: systemClock,
      signal: new AbortController().signal,
      onProgress: () => {},
    })

  it('makes the first version of the imported graph, and later ones of the live version', async () => {
    const first = await run({ quantize: 'dynamic' })
    expect(first.decision.reasons.filter(({ holds }) => !holds)).toEqual([])
    expect(first).toMatchObject({ version: '1.0.0', result: 'live' })
    const lineage = await registry.lineage('squares', '1.0.0')
    expect(lineage.files.map(({ path }) => path).sort()).toEqual([
      'report.html',
      'training/bundle.json',
      'training/model.onnx',
    ])
    expect((await loadBundle(registry.dirOf('squares', '1.0.0'))).bundle.parent).toBe('tiny@1.0.0')

    const onward = await run({
      finetune: { steps: 1, batch: 4, peakRate: 1e-6 },
      promote: 'no',
      gate: { ...gate, minImprovement: -1 },
    })
    expect(onward.result).toBe('registered')
    // One tiny step from what the live version had learned, not from the imported weights.
    const { metrics, parent } = await registry.lineage('squares', onward.version)
    expect(parent).toBe('1.0.0')
    expect(metrics.accuracy).toBeGreaterThan(0.8)
  })

  it('judges a head on the frozen graph by cross-validation, and learns from all clips', async () => {
    const few = { model: 'heads', freeze: 'backbone', validationShare: 0, testShare: 0 }
    const outcome = await run({ ...few, finetune: { ...finetune, steps: 60 } })
    expect(outcome).toMatchObject({ version: '1.0.0', result: 'live' })
    const items = outcome.decision.reasons.find(({ rule }) => rule === 'items')!
    expect(items.text).toMatch(/^48 test items, 48 of them by cross-validation/)
    const { bundle } = await loadBundle(registry.dirOf('heads', '1.0.0'))
    expect(bundle.description).toBe('Learned from 48 labelled clips.')
    // Of clips that were not learned from, so that no threshold is flattered.
    for (const { threshold } of bundle.labels) expect(threshold).toBeGreaterThanOrEqual(0.5)
  })
})
