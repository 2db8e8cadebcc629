import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { modelContract } from '../../../src/bundle/model-contract.ts'
import type { RolloutConfig } from '../../../src/config/schema/models-schema.ts'
import type { Clip, Scores } from '../../../src/core/clip.ts'
import { AppError } from '../../../src/core/errors.ts'
import { openModelRegistry } from '../../../src/registry/model-registry.ts'
import { createModelRollout, type WaitingVersion } from '../../../src/registry/model-rollout.ts'
import { registerSample } from '../../support/registered-version.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { sampleBundle } from '../bundle/sample-bundle.ts'
import { createFakeClock, settled } from '../infer/fake-clock.ts'
import { createRecorder, sampleClip } from '../infer/sample-clip.ts'

const rules: RolloutConfig = {
  shadowClips: 4,
  minAgreement: 0.5,
  watchMs: 60_000,
  maxErrorShare: 0.05,
  maxLatencyFactor: 4,
  maxAlertFactor: 2,
  minAlerts: 3,
}

interface Behaviour {
  /** Score of the label `fall`; null: no scores. */
  readonly score?: number | null
  readonly msPerClip?: number
  readonly failed?: number
  readonly refuses?: boolean
  readonly widthPx?: number
}

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** A model whose versions behave as told, with 1.0.0 live, in an engine of promises. */
async function setUp(versions: Record<string, Behaviour>, changes: Partial<RolloutConfig> = {}) {
  const time = createFakeClock()
  const recorder = createRecorder()
  const registry = openModelRegistry({
    dir: join(tempDir('rollout'), 'registry'),
    clock: time.clock,
    who: 'test',
  })
  closers.push(() => registry.close())
  for (const version of Object.keys(versions)) await registerSample(registry, version)
  await registry.promote('actions', '1.0.0', { reason: 'first' })
  const done: string[] = []
  // What the rollout asks of the registry takes time: files are read.
  const begun: Promise<unknown>[] = []
  const watched = <T extends unknown[], R>(work: (...args: T) => Promise<R>) => {
    return (...args: T) => {
      const running = work(...args)
      begun.push(running.catch(() => {}))
      return running
    }
  }
  const taps = new Set<(clip: Clip, answer: Promise<Scores | null>) => void>()
  const versionOf = (version: string): WaitingVersion => {
    const { score = 0.9, msPerClip = 10, failed = 0, widthPx = 64 } = versions[version]!
    const bundle = {
      ...sampleBundle({ version, input: { name: 'clips', widthPx, heightPx: 48 } }),
      formatVersion: 1 as const,
      files: [],
    }
    return {
      bundle,
      contract: modelContract(bundle),
      infer: async (clip) =>
        score === null
          ? null
          : ({
              ...clip,
              modelVersion: version,
              values: Float32Array.of(1 - score, score),
            } as unknown as Scores),
      status: () => ({ failedClips: failed, batches: { count: 1, meanClips: 1, meanRunMs: msPerClip } }),
      close: async () => void done.push(`closed ${version}`),
    }
  }
  let live = versionOf('1.0.0')
  const rollout = createModelRollout({
    model: 'm',
    registered: 'actions',
    rollout: { ...rules, ...changes },
    registry: { ...registry, promote: watched(registry.promote), rollback: watched(registry.rollback) },
    target: {
      live: () => ({ ...live, status: live.status() }),
      strideScale: 1,
      async open(path) {
        const version = path.split('/').at(-1)!
        if (versions[version]!.refuses) throw new AppError('MODEL_PROVIDER', 'no room')
        done.push(`opened ${version}`)
        return versionOf(version)
      },
      swap(version) {
        const former = live.bundle.version
        live = version
        done.push(`swapped to ${version.bundle.version}`)
        return async () => void done.push(`retired ${former}`)
      },
      tap(look) {
        taps.add(look)
        return () => void taps.delete(look)
      },
      sameGeometry: (a, b) => a.widthPx === b.widthPx,
      follow: async () => void done.push('followed'),
    },
    clock: time.clock,
    telemetry: recorder.telemetry,
  })
  closers.push(() => rollout.close())
  closers.push(registry.watch(() => void rollout.reconcile()))
  /** What was begun has ended: files were read, and the engine is where the registry wants it. */
  const quiet = async () => {
    for (let turn = 0; turn < 10; turn += 1) {
      await Promise.all(begun.splice(0))
      await rollout.reconcile()
      await settled()
    }
  }
  const offer = async (count: number) => {
    for (let n = 0; n < count; n += 1) {
      const clip = sampleClip({ cameraId: `${n % 2}`, seq: n * 4 })
      const answer = live.infer(clip)
      for (const look of [...taps]) look(clip, answer)
      await settled()
    }
    await quiet()
  }
  return { registry, rollout, time, done, offer, quiet, live: () => live.bundle.version, ...recorder }
}

describe('model rollout', () => {
  it('opens, shadows, and takes over after so many clips on which they agree', async () => {
    const { registry, done, offer, quiet, live, counts } = await setUp({
      '1.0.0': {},
      '1.1.0': { score: 0.8 },
    })
    await registry.shadow('actions', '1.1.0', { reason: 'try' })
    await quiet()
    await offer(3)
    expect([live(), done]).toEqual(['1.0.0', ['opened 1.1.0']])
    await offer(3)
    expect(live()).toBe('1.1.0')
    expect(done).toEqual(['opened 1.1.0', 'swapped to 1.1.0', 'followed', 'retired 1.0.0'])
    const last = registry.history('actions').at(-1)!
    expect(last).toMatchObject({ action: 'promote', reason: 'agreed on 100 % of 4 live clips' })
    expect(last.details).toMatchObject({ clips: 4, agreement: 1, watch: { msPerClip: 10 } })
    expect(counts.vireo_model_shadow_clips_total).toBe(4)
  })

  it('dismisses one that disagrees, and keeps the clips', async () => {
    const { registry, offer, quiet, live, done } = await setUp({ '1.0.0': {}, '1.1.0': { score: 0.1 } })
    await registry.shadow('actions', '1.1.0', { reason: 'try' })
    await quiet()
    await offer(5)
    expect(live()).toBe('1.0.0')
    expect(registry.state('actions')).toMatchObject({ live: '1.0.0', shadow: null })
    expect(registry.history('actions').at(-1)!.reason).toBe('agreed on 0 % of 4 live clips, less than 50 %')
    expect(done).toEqual(['opened 1.1.0', 'closed 1.1.0'])
    const found = registry.disagreements.list({ model: 'm' }, { limit: 9 }).items
    expect(found).toHaveLength(4)
    expect(found[0]).toMatchObject({ liveLabels: ['fall'], shadowLabels: [], label: 'fall' })
    expect(found[0]!.difference).toBeCloseTo(0.8)
  })

  it.each([
    ['is too slow', { msPerClip: 100 }, /100.0 ms, 10.0 times/],
    ['fails', { score: null, failed: 12 }, /12 of 10 clips got no scores/],
  ])('dismisses one that %s', async (_, behaviour, reason) => {
    const { registry, offer, quiet } = await setUp({ '1.0.0': {}, '1.1.0': behaviour }, { shadowClips: 12 })
    await registry.shadow('actions', '1.1.0', { reason: 'try' })
    await quiet()
    await offer(12)
    expect(registry.history('actions').at(-1)).toMatchObject({
      action: 'dismiss',
      reason: expect.stringMatching(reason),
    })
  })

  it('waits until a stream is warm for every camera', async () => {
    const { registry, offer, quiet, live } = await setUp({ '1.0.0': {}, '1.1.0': { score: null } })
    await registry.shadow('actions', '1.1.0', { reason: 'try' })
    await quiet()
    await offer(8)
    expect(live()).toBe('1.0.0')
    expect(registry.state('actions').shadow).toBe('1.1.0')
  })

  it('dismisses one that cannot be opened, and rolls back one that was promoted without a shadow', async () => {
    const { registry, quiet, live } = await setUp({ '1.0.0': {}, '1.1.0': { refuses: true } })
    await registry.shadow('actions', '1.1.0', { reason: 'try' })
    await quiet()
    expect(registry.history('actions').at(-1)).toMatchObject({ action: 'dismiss' })
    await registry.promote('actions', '1.1.0', { reason: 'by hand' })
    await quiet()
    expect(live()).toBe('1.0.0')
    expect(registry.state('actions').live).toBe('1.0.0')
    expect(registry.history('actions').at(-1)).toMatchObject({
      action: 'rollback',
      reason: 'it cannot be used: MODEL_PROVIDER: no room',
    })
  })

  it('takes one that looks at other clips without a shadow', async () => {
    const { registry, quiet, live } = await setUp({ '1.0.0': {}, '2.0.0': { widthPx: 96 } })
    await registry.shadow('actions', '2.0.0', { reason: 'try' })
    await quiet()
    expect(live()).toBe('2.0.0')
    expect(registry.history('actions').at(-1)!.reason).toMatch(/^not shadowed: it looks at other clips/)
  })

  it('rolls back what raises far more alerts than before, within the time that it is watched', async () => {
    const { registry, rollout, quiet, time, live } = await setUp({ '1.0.0': {}, '1.1.0': {} })
    // One alert in 30 seconds.
    await time.pass(30_000)
    rollout.alerted()
    await registry.promote('actions', '1.1.0', { reason: 'by hand' })
    await quiet()
    expect(live()).toBe('1.1.0')
    await time.pass(15_000)
    rollout.alerted()
    rollout.alerted()
    await time.pass(1000)
    await quiet()
    expect(live()).toBe('1.1.0')
    rollout.alerted()
    await time.pass(1000)
    await quiet()
    expect(live()).toBe('1.0.0')
    expect(registry.history('actions').at(-1)!.reason).toMatch(/^3 alerts in 0.3 minutes/)
  })

  it('leaves it alone afterwards, and never watches what a rollback brought back', async () => {
    const { registry, rollout, quiet, time, live } = await setUp({ '1.0.0': {}, '1.1.0': {} })
    await time.pass(30_000)
    await registry.promote('actions', '1.1.0', { reason: 'by hand' })
    await quiet()
    await time.pass(61_000)
    for (let n = 0; n < 50; n += 1) rollout.alerted()
    await time.pass(2000)
    await quiet()
    expect(live()).toBe('1.1.0')
    await registry.rollback('actions', { reason: 'by hand' })
    await quiet()
    for (let n = 0; n < 50; n += 1) rollout.alerted()
    await time.pass(2000)
    await quiet()
    expect(registry.state('actions').live).toBe('1.0.0')
  })
})
