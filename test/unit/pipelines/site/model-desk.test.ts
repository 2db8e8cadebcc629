import { mkdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createModelDesk } from '../../../../pipelines/site/learning/model-desk.ts'
import { createRunArchive } from '../../../../pipelines/site/learning/run-archive.ts'
import type { Config } from '../../../../src/config/schema.ts'
import { registryDir } from '../../../../src/core/data-dir.ts'
import { openModelRegistry } from '../../../../src/registry/model-registry.ts'
import { registerSample } from '../../../support/registered-version.ts'
import { tempDir } from '../../../support/temp-dir.ts'

let nowMs = 1e12
const clock = {
  nowMs: () => {
    nowMs += 1000
    return nowMs
  },
  monoMs: () => 0,
  after: () => () => {},
}

async function open() {
  const dataDir = tempDir('models')
  mkdirSync(registryDir(dataDir), { recursive: true })
  const registry = openModelRegistry({ dir: registryDir(dataDir), clock, who: 'test' })
  const first = await registerSample(registry, '1.0.0')
  await registerSample(registry, '1.1.0')
  registry.close()
  const told: string[] = []
  const name = first.model
  const config = { models: [{ name: 'm', registry: name }], learning: { model: name } } as unknown as Config
  const desk = createModelDesk({
    dataDir,
    current: () => config,
    archive: createRunArchive(dataDir),
    clock,
    changed: (model, state) => told.push(`${model} ${state}`),
  })
  return { desk, name, told, dataDir }
}

describe('versions over REST', () => {
  it('are shown, promoted and rolled back, with who and why', async () => {
    const { desk, name, told } = await open()
    expect(await desk.models()).toMatchObject([
      { name, live: null, previous: null, shadow: null, versions: 2, serves: true, learned: true },
    ])
    await desk.promote(name, { version: '1.0.0', who: 'ann' })
    const promoted = await desk.promote(name, { version: '1.1.0', reason: 'better', who: 'ann' })
    expect([promoted.live, promoted.previous]).toEqual(['1.1.0', '1.0.0'])
    const back = await desk.rollback(name, { who: 'ben' })
    expect(back.live).toBe('1.0.0')
    expect(back.history.map(({ action, version, who, reason }) => [action, version, who, reason])).toEqual([
      ['rollback', '1.0.0', 'ben', 'rolled back by hand'],
      ['promote', '1.1.0', 'ann', 'better'],
      ['promote', '1.0.0', 'ann', 'promoted by hand'],
    ])
    expect(back.lineage.map(({ version }) => version)).toEqual(['1.1.0', '1.0.0'])
    expect(back.curve.map(({ version, state, accuracy }) => [version, state, accuracy])).toEqual([
      ['1.0.0', 'live', 0.9],
      ['1.1.0', 'registered', 0.9],
    ])
    expect(told).toEqual([`${name} promoted`, `${name} promoted`, `${name} rolled_back`])
  })

  it('go into the shadow first where the model is served', async () => {
    const { desk, name, dataDir } = await open()
    await desk.promote(name, { version: '1.0.0', who: 'ann' })
    const registry = openModelRegistry({ dir: registryDir(dataDir), clock, who: 'vireo run' })
    registry.attend(name)
    expect(await desk.promote(name, { version: '1.1.0', who: 'ann' })).toMatchObject({
      live: '1.0.0',
      shadow: '1.1.0',
    })
    expect((await desk.dismiss(name, { version: '1.1.0', who: 'ann' })).shadow).toBeNull()
    expect(await desk.promote(name, { version: '1.1.0', now: true, who: 'ann' })).toMatchObject({
      live: '1.1.0',
    })
    registry.close()
  })

  it('are refused as from the command line', async () => {
    const { desk, name } = await open()
    await expect(desk.promote(name, { version: '9.0.0', who: 'ann' })).rejects.toMatchObject({
      code: 'MODEL_NOT_FOUND',
    })
    await expect(desk.rollback(name, { who: 'ann' })).rejects.toMatchObject({ code: 'REGISTRY_STATE' })
    await expect(desk.model('other')).rejects.toMatchObject({ code: 'API_NOT_FOUND' })
    expect(await desk.disagreements(name, { limit: 5 })).toEqual({ items: [], next: null })
  })
})
