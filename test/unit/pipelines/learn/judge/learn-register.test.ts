import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Judged } from '../../../../../pipelines/learn/judge/learn-judge.ts'
import {
  promoteVersion,
  type RegisteredJob,
  registerVersion,
} from '../../../../../pipelines/learn/judge/learn-register.ts'
import { learningSchema } from '../../../../../src/config/schema/learning-schema.ts'
import type { Lineage } from '../../../../../src/registry/lineage.ts'
import type { ModelRegistry, Reason } from '../../../../../src/registry/model-registry.ts'
import { layOut } from '../../../../../src/train/autodiff/parameters.ts'
import { modelOf, writeTrainedModel } from '../../../../../src/train/export/trained-model.ts'
import { cnnPreset } from '../../../../../src/train/models/presets.ts'
import { writeBrightnessBundle } from '../../../../support/brightness-bundle.ts'
import { tempDir } from '../../../../support/temp-dir.ts'

const judged = {
  comparison: { macroF1: { challenger: 0.9, champion: 0.8, difference: 0.1 }, champion: { name: 'live' } },
  metrics: { macroF1: 0.9 },
} as unknown as Judged

type Added = { dir: string; lineage: Record<string, unknown>; files: Record<string, Uint8Array> }

/** A registry that remembers what it is told, with the versions and the state that a case needs. */
function createRegistry(
  state: { live?: string; shadow?: string; attended?: boolean; versions?: Partial<Lineage>[] } = {},
) {
  const added: Added[] = []
  const calls: string[] = []
  const reasons: Reason[] = []
  const moved = (verb: string) => async (model: string, version: string, why: Reason) => {
    calls.push(`${verb} ${model} ${version}`)
    reasons.push(why)
  }
  const registry = {
    versions: async () => state.versions ?? [],
    state: () => ({ live: state.live ?? null, shadow: state.shadow ?? null, previous: null }),
    isAttended: () => state.attended ?? false,
    promote: moved('promote'),
    shadow: moved('shadow'),
    collect: async (model: string, keep: number) => void calls.push(`collect ${model} ${keep}`),
    add: async (dir: string, lineage: Record<string, unknown>, files: Added['files']) =>
      void added.push({ dir, lineage, files }),
  } as unknown as ModelRegistry
  return { registry, added, calls, reasons }
}

let dir: string
const create = (registry: ModelRegistry, more: Partial<RegisteredJob> = {}, learning: object = {}) =>
  ({
    registry,
    learning: learningSchema.parse({ model: 'brightness', labelled: ['x'], keepVersions: 3, ...learning }),
    run: { id: 'run-1', dir },
    version: '1.1.0',
    champion: '1.0.0',
    datasets: ['site@2'],
    set: { id: 'labelled-1', labels: ['bright'], items: [] },
    backbone: null,
    code: '1.2.3',
    command: 'vireo learn --once',
    ...more,
  }) as unknown as RegisteredJob

beforeEach(async () => {
  dir = tempDir('register')
  await writeBrightnessBundle(join(dir, 'served'), { version: '1.1.0' })
  writeFileSync(join(dir, 'report.html'), 'the report')
  const preset = cnnPreset
  const labels = ['bright', 'dark']
  const weights = new Float32Array(layOut(modelOf({ preset, labels }).parameters).total)
  await writeTrainedModel(join(dir, 'trained'), { preset, labels, sampleFps: 8, weights })
})

describe('registerVersion', () => {
  it('adds the bundle with figures, parent and lineage, weights to go on from, and the report', async () => {
    const { registry, added } = createRegistry({ versions: [{ version: '1.0.0', run: 'run-0' }] })
    await registerVersion(create(registry), judged)
    expect(added).toHaveLength(1)
    const { dir: from, lineage, files } = added[0]!
    expect(lineage).toMatchObject({
      parent: '1.0.0',
      dataset: 'labelled-1',
      datasets: ['site@2'],
      seed: 1,
      code: '1.2.3',
      metrics: { macroF1: 0.9 },
      command: 'vireo learn --once',
      run: 'run-1',
    })
    expect(lineage.config).toMatchObject({ model: 'brightness', keepVersions: 3 })
    expect(JSON.parse(readFileSync(join(from, 'bundle.json'), 'utf8'))).toMatchObject({
      version: '1.1.0',
      parent: 'brightness@1.0.0',
      metrics: { macroF1: 0.9 },
    })
    expect(Object.keys(files).sort()).toEqual(['report.html', 'training/model.json', 'training/weights.bin'])
    expect(Buffer.from(files['report.html']!).toString()).toBe('the report')
  })

  it('keeps what models said of clips that they had not seen', async () => {
    writeFileSync(join(dir, 'unseen.json'), '{}')
    const { registry, added } = createRegistry()
    await registerVersion(create(registry, { champion: null, datasets: [] }), judged)
    expect(Object.keys(added[0]!.files)).toContain('training/unseen.json')
    expect(added[0]!.lineage).toMatchObject({ parent: null })
    expect(added[0]!.lineage).not.toHaveProperty('datasets')
  })

  it('keeps no weights of an imported graph that serves as it was trained, else the bundle that was trained', async () => {
    const backbone = { bundle: { name: 'videomae', version: '2.0.0' } } as RegisteredJob['backbone']
    const { registry, added } = createRegistry()
    await registerVersion(create(registry, { backbone }, { quantize: 'none' }), judged)
    expect(Object.keys(added[0]!.files)).toEqual(['report.html'])
    expect(JSON.parse(readFileSync(join(added[0]!.dir, 'bundle.json'), 'utf8')).parent).toBe(
      'brightness@1.0.0',
    )
    rmSync(join(dir, 'trained'), { recursive: true })
    await writeBrightnessBundle(join(dir, 'trained', 'clip'))
    rmSync(join(dir, 'registered'), { recursive: true })
    await registerVersion(create(registry, { backbone, champion: null }, { quantize: 'dynamic' }), judged)
    expect(Object.keys(added[1]!.files).sort()).toEqual([
      ...['report.html', 'training/bundle.json', 'training/model.onnx'],
    ])
    expect(JSON.parse(readFileSync(join(added[1]!.dir, 'bundle.json'), 'utf8')).parent).toBe('videomae@2.0.0')
  })

  it('adds nothing a second time when the run goes on after an interruption', async () => {
    const { registry, added } = createRegistry({ versions: [{ version: '1.1.0', run: 'run-1' }] })
    await registerVersion(create(registry), judged)
    expect(added).toEqual([])
  })

  it.each([
    ['another run', 'run-9'],
    ['no run', null],
  ])('refuses a version that %s registered', async (_name, run) => {
    const { registry, added } = createRegistry({ versions: [{ version: '1.1.0', run }] })
    await expect(registerVersion(create(registry), judged)).rejects.toMatchObject({
      code: 'REGISTRY_EXISTS',
      message: expect.stringMatching(/brightness: 1\.1\.0 .*run-1/),
    })
    expect(added).toEqual([])
  })

  it('registers nothing without its report', async () => {
    const { registry, added } = createRegistry()
    mkdirSync(join(dir, 'elsewhere'))
    await writeBrightnessBundle(join(dir, 'elsewhere', 'served'))
    const run = { id: 'run-1', dir: join(dir, 'elsewhere') } as RegisteredJob['run']
    await expect(registerVersion(create(registry, { run }), judged)).rejects.toThrow()
    expect(added).toEqual([])
  })
})

describe('promoteVersion', () => {
  const collected = 'collect brightness 3'
  it.each([
    ['nothing serves', {}, {}, 'live', ['promote brightness 1.1.0', collected]],
    [
      'a version is live that no process serves',
      { live: '1.0.0' },
      {},
      'live',
      ['promote brightness 1.1.0', collected],
    ],
    [
      'a process serves the live version',
      { live: '1.0.0', attended: true },
      {},
      'shadow',
      ['shadow brightness 1.1.0', collected],
    ],
    [
      'a process waits for a first version',
      { attended: true },
      {},
      'live',
      ['promote brightness 1.1.0', collected],
    ],
    ['it is live already', { live: '1.1.0' }, {}, 'live', [collected]],
    ['it is in the shadow already', { live: '1.0.0', shadow: '1.1.0' }, {}, 'shadow', [collected]],
    ['only registering is wanted', { live: '1.0.0' }, { promote: 'no' }, 'registered', [collected]],
  ] as const)('where %s', async (_name, state, learning, wanted, calls) => {
    const found = createRegistry(state)
    expect(await promoteVersion(create(found.registry, {}, learning), judged)).toBe(wanted)
    expect(found.calls).toEqual(calls)
    for (const { reason, details } of found.reasons) {
      expect(reason).toBe('run run-1: macro F1 0.900 against 0.800 of live')
      expect(details).toEqual({ run: 'run-1', metrics: { macroF1: 0.9 } })
    }
  })
})
