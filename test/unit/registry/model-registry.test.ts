import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { openModelRegistry } from '../../../src/registry/model-registry.ts'
import { registerSample } from '../../support/registered-version.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { createFakeClock } from '../infer/fake-clock.ts'

const opened: { close(): void }[] = []
afterEach(() => {
  for (const each of opened.splice(0)) each.close()
})

function setUp(dir = join(tempDir('registry'), 'registry')) {
  const time = createFakeClock()
  const open = () => {
    const registry = openModelRegistry({ dir, clock: time.clock, who: 'anna' })
    opened.push(registry)
    return registry
  }
  return { dir, time, registry: open(), open }
}

const why = (reason: string) => ({ reason })

describe('model registry', () => {
  it('keeps a version with its lineage, read-only, and never writes it again', async () => {
    const { registry, dir } = setUp()
    const lineage = await registerSample(registry, '1.0.0')
    expect(lineage).toMatchObject({ model: 'actions', version: '1.0.0', createdBy: 'anna', createdMs: 1000 })
    const folder = join(dir, 'actions/1.0.0')
    expect(readdirSync(folder).sort()).toEqual(['bundle.json', 'lineage.json', 'model.onnx', 'training'])
    expect(statSync(join(folder, 'model.onnx')).mode & 0o222).toBe(0)
    expect(await registry.lineage('actions', '1.0.0')).toEqual(lineage)
    await registry.verify('actions', '1.0.0')
    await expect(registerSample(registry, '1.0.0')).rejects.toMatchObject({ code: 'REGISTRY_EXISTS' })
    expect(readdirSync(join(dir, 'actions'))).toEqual(['1.0.0'])
  })

  it('finds a file that was changed behind its back', async () => {
    const { registry, dir } = setUp()
    await registerSample(registry, '1.0.0')
    const file = join(dir, 'actions/1.0.0/training/weights.bin')
    await chmod(file, 0o644)
    writeFileSync(file, 'other')
    await expect(registry.verify('actions', '1.0.0')).rejects.toMatchObject({
      code: 'MODEL_BUNDLE_CORRUPT',
      message: expect.stringContaining('weights.bin'),
    })
  })

  it('promotes, shadows, rolls back, and remembers all of it with reasons', async () => {
    const { registry } = setUp()
    for (const version of ['1.0.0', '1.1.0', '1.2.0']) await registerSample(registry, version)
    await registry.promote('actions', '1.0.0', why('first'))
    expect(registry.state('actions')).toMatchObject({ live: '1.0.0', previous: null, shadow: null })
    await registry.shadow('actions', '1.1.0', why('better'))
    expect(registry.state('actions')).toMatchObject({ live: '1.0.0', shadow: '1.1.0' })
    await registry.promote('actions', '1.1.0', { reason: 'agreed', details: { clips: 200 } })
    await registry.promote('actions', '1.2.0', why('newer'))
    expect(registry.state('actions')).toMatchObject({ live: '1.2.0', previous: '1.1.0', shadow: null })
    await registry.rollback('actions', why('too many alerts'))
    expect(registry.state('actions')).toMatchObject({ live: '1.1.0', previous: '1.0.0' })
    await registry.rollback('actions', why('and again'))
    expect(registry.state('actions')).toMatchObject({ live: '1.0.0', previous: null })
    await expect(registry.rollback('actions', why('too far'))).rejects.toMatchObject({
      code: 'REGISTRY_STATE',
    })
    const history = registry.history('actions')
    expect(history.map(({ action, version, reason }) => `${action} ${version} ${reason}`)).toEqual([
      'promote 1.0.0 first',
      'shadow 1.1.0 better',
      'promote 1.1.0 agreed',
      'promote 1.2.0 newer',
      'rollback 1.1.0 too many alerts',
      'rollback 1.0.0 and again',
    ])
    expect(history[2]).toMatchObject({ who: 'anna', details: { clips: 200 } })
  })

  it('goes back to an earlier version by name, and only to one that was live', async () => {
    const { registry } = setUp()
    for (const version of ['1.0.0', '1.1.0', '1.2.0', '1.3.0']) await registerSample(registry, version)
    for (const version of ['1.0.0', '1.1.0', '1.2.0']) await registry.promote('actions', version, why('x'))
    await expect(registry.rollback('actions', why('x'), { to: '1.3.0' })).rejects.toMatchObject({
      code: 'REGISTRY_STATE',
      message: expect.stringContaining('was not live before'),
    })
    await expect(registry.rollback('actions', why('x'), { from: '1.1.0' })).rejects.toMatchObject({
      code: 'REGISTRY_STATE',
    })
    await registry.rollback('actions', why('x'), { to: '1.0.0', from: '1.2.0' })
    expect(registry.state('actions')).toMatchObject({ live: '1.0.0', previous: null })
  })

  it('refuses what is not there and what is so already', async () => {
    const { registry } = setUp()
    await registerSample(registry, '1.0.0')
    await expect(registry.promote('actions', '9.0.0', why('x'))).rejects.toMatchObject({
      code: 'MODEL_NOT_FOUND',
      message: 'model actions has no version 9.0.0; there is 1.0.0',
    })
    await registry.promote('actions', '1.0.0', why('x'))
    await expect(registry.promote('actions', '1.0.0', why('x'))).rejects.toMatchObject({
      code: 'REGISTRY_STATE',
    })
    expect(() => registry.dismiss('actions', '1.0.0', why('x'))).toThrow('is not its shadow')
  })

  it('counts versions up', async () => {
    const { registry } = setUp()
    expect(await registry.nextVersion('actions')).toBe('1.0.0')
    await registerSample(registry, '1.0.0')
    await registerSample(registry, '1.9.0')
    await registerSample(registry, '1.10.0')
    expect(await registry.nextVersion('actions')).toBe('1.11.0')
  })

  it('removes old versions, but none that is live, previous, shadow or among the last', async () => {
    const { registry, time, dir } = setUp()
    for (let minor = 0; minor < 7; minor += 1) {
      await registerSample(registry, `1.${minor}.0`)
      await time.pass(1000)
    }
    await registry.promote('actions', '1.0.0', why('x'))
    await registry.promote('actions', '1.1.0', why('x'))
    await registry.shadow('actions', '1.2.0', why('x'))
    expect(await registry.collect('actions', 2)).toEqual(['1.4.0', '1.3.0'])
    expect(readdirSync(join(dir, 'actions')).sort()).toEqual(['1.0.0', '1.1.0', '1.2.0', '1.5.0', '1.6.0'])
    expect(registry.history('actions').at(-1)).toMatchObject({ action: 'remove', version: '1.3.0' })
  })

  it('sweeps what a dead process left, and leaves what a living one is writing', async () => {
    const { registry, dir } = setUp()
    const stale = join(dir, 'actions/.part-999999-123-abc')
    const mine = join(dir, `actions/.part-${process.pid}--abc`)
    for (const folder of [stale, mine]) mkdirSync(folder, { recursive: true })
    await registerSample(registry, '1.0.0')
    expect([existsSync(stale), existsSync(mine)]).toEqual([false, true])
    expect((await registry.versions('actions')).map(({ version }) => version)).toEqual(['1.0.0'])
  })

  it('tells of changes, its own at once and those of others when it looks', async () => {
    const { registry, open, time } = setUp()
    await registerSample(registry, '1.0.0')
    await registerSample(registry, '1.1.0')
    let told = 0
    const stop = registry.watch(() => {
      told += 1
    })
    await registry.promote('actions', '1.0.0', why('mine'))
    expect(told).toBe(1)
    await open().promote('actions', '1.1.0', why('theirs'))
    await time.pass(500)
    expect(told).toBe(2)
    stop()
    expect(time.timers).toBe(0)
  })

  it('knows whether a process serves the model', () => {
    const { registry, open } = setUp()
    const other = open()
    expect(registry.isAttended('actions')).toBe(false)
    other.attend('actions')
    expect(registry.isAttended('actions')).toBe(true)
    other.close()
    expect(registry.isAttended('actions')).toBe(false)
  })

  it('keeps disagreements, the newest first', () => {
    const { registry } = setUp()
    const found = (cameraId: string) => ({
      cameraId,
      epoch: 1,
      firstPtsUs: 0,
      lastPtsUs: 875_000,
      firstArrivalMs: 10,
      lastArrivalMs: 885,
      liveVersion: '1.0.0',
      shadowVersion: '1.1.0',
      liveLabels: [],
      shadowLabels: ['fall'],
      difference: 0.7,
      label: 'fall',
      liveScore: 0.1,
      shadowScore: 0.8,
    })
    registry.disagreements.add('actions', [found('gate'), found('yard')])
    registry.disagreements.add('other', [found('door')])
    const listed = registry.disagreements.list({ model: 'actions' }, { limit: 10 }).items
    expect(listed.map(({ cameraId }) => cameraId)).toEqual(['yard', 'gate'])
    expect(listed[0]).toMatchObject({ model: 'actions', atMs: 1000, difference: 0.7 })
    expect(registry.disagreements.list({}, { limit: 1 }).items).toHaveLength(1)
  })
})
