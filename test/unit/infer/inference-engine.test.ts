import { describe, expect, it } from 'vitest'
import type { Bundle } from '../../../src/bundle/bundle-schema.ts'
import { decodeSchema } from '../../../src/bundle/decode-schema.ts'
import { modelContract } from '../../../src/bundle/model-contract.ts'
import { AppError } from '../../../src/core/errors.ts'
import type { EngineModel } from '../../../src/infer/engine-model.ts'
import { createInferenceEngine } from '../../../src/infer/inference-engine.ts'
import type { SessionThread } from '../../../src/infer/session-thread.ts'
import type { WorkerPlan } from '../../../src/infer/worker-protocol.ts'
import { sampleBundle } from '../bundle/sample-bundle.ts'
import { createFakeClock, settled } from './fake-clock.ts'
import { createRecorder, sampleClip } from './sample-clip.ts'

const model = (name: string, changes: Partial<EngineModel> = {}): EngineModel => ({
  name,
  path: name,
  providers: ['cpu'],
  workers: 1,
  intraOpThreads: 0,
  maxBatch: 1,
  deadlineMs: 0,
  ...changes,
})

interface SetUp {
  readonly models: EngineModel[]
  readonly bundle?: Partial<Bundle>
  /** Milliseconds of one run. */
  readonly runMs?: number
  readonly refuse?: (plan: WorkerPlan) => AppError | null
}

/** An engine whose threads answer every run after `runMs` with equal probabilities. */
async function setUp({ models, bundle: changes = {}, runMs = 10, refuse = () => null }: SetUp) {
  const time = createFakeClock()
  const recorder = createRecorder()
  const plans: WorkerPlan[] = []
  let open = 0
  const startThread = (plan: WorkerPlan): SessionThread => {
    plans.push(plan)
    open += 1
    const ending = Promise.withResolvers<string>()
    const end = (reason: string) => {
      open -= 1
      ending.resolve(reason)
    }
    const refused = refuse(plan)
    let freeMs = 0
    return {
      opened: refused
        ? Promise.reject(refused)
        : Promise.resolve({ provider: 'cpu', nodes: {}, refused: [] }),
      ended: ending.promise,
      run({ slots, buffer, states }, answered) {
        freeMs = Math.max(freeMs, time.clock.monoMs()) + runMs
        const { decode, labels } = plan.bundle
        const values = new Float32Array(slots * (decode ? 12 : labels.length)).fill(0.5)
        time.clock.after(freeMs - time.clock.monoMs(), () =>
          answered({ ok: true, values, states, runMs }, buffer),
        )
      },
      close: async () => end('closed'),
      exited: ending.promise.then(() => {}),
      abandon: end,
    }
  }
  const bundle: Bundle = {
    ...sampleBundle(),
    formatVersion: 1,
    files: [],
    temporal: { frames: 2, sampleFps: 8, strideFrames: 2 },
    input: { name: 'clips', widthPx: 8, heightPx: 8 },
    ...changes,
  }
  const loadBundle = async (dir: string) => ({
    dir,
    bundle,
    graphPath: dir,
    floatPath: null,
    contract: modelContract(bundle),
  })
  const engine = await createInferenceEngine({
    models,
    clock: time.clock,
    telemetry: recorder.telemetry,
    loadBundle,
    startThread,
    cores: 8,
  }).catch((error: AppError) => error)
  return { engine, time, plans, ...recorder, open: () => open }
}

async function started(options: SetUp) {
  const set = await setUp(options)
  if (set.engine instanceof AppError) throw set.engine
  return { ...set, engine: set.engine }
}

type Started = Awaited<ReturnType<typeof started>>

/** Cameras that offer a clip every 250 ms, if the stride scale allows it. */
async function offer(
  { engine, time }: Started,
  options: { cameras: number; seconds: number; skip: boolean },
) {
  const scored = Array.from({ length: options.cameras }, () => 0)
  const seqs = scored.map(() => 0)
  for (let tick = 0; tick < options.seconds * 100; tick += 1) {
    for (let camera = 0; camera < options.cameras; camera += 1) {
      const stride = options.skip ? Math.max(1, Math.round(2 * engine.strideScale('m'))) : 2
      if ((tick + camera) % Math.round(12.5 * stride) !== 0) continue
      const seq = seqs[camera]!
      seqs[camera] = seq + 2
      const clip = sampleClip({ cameraId: `${camera}`, seq, widthPx: 8, heightPx: 8 })
      engine.infer(clip).then((scores) => {
        if (scores) scored[camera]! += 1
      })
    }
    await time.pass(10)
  }
  return scored
}

describe('inference engine', () => {
  it('shares the cores among all sessions', async () => {
    const { plans } = await started({
      models: [model('a', { workers: 2 }), model('b', { intraOpThreads: 4 })],
    })
    expect(plans.map(({ modelName, intraOpThreads }) => [modelName, intraOpThreads])).toEqual([
      ['a', 2],
      ['a', 2],
      ['b', 4],
    ])
  })

  it('ends all workers when one model cannot be opened, and passes its error on', async () => {
    const refusal = new AppError('MODEL_PROVIDER', 'no GPU')
    const { engine, open, time } = await setUp({
      models: [model('a'), model('b')],
      refuse: ({ modelName }) => (modelName === 'b' ? refusal : null),
    })
    expect(engine).toBe(refusal)
    expect(open()).toBe(0)
    expect(time.timers).toBe(0)
  })

  it('gives the raw output of a detector for each frame', async () => {
    const decode = decodeSchema.parse({ head: 'boxes', shape: [2, 6] })
    const { engine, time } = await started({
      models: [model('m', { maxBatch: 2, deadlineMs: 1000 })],
      bundle: { kind: 'detector', decode, temporal: { frames: 1, sampleFps: 5, strideFrames: 1 } },
    })
    const both = [
      engine.infer(sampleClip({ frames: 1, widthPx: 8, heightPx: 8 })),
      engine.infer(sampleClip({ frames: 1, cameraId: 'b', widthPx: 8, heightPx: 8 })),
    ]
    await time.pass(2000)
    for (const scores of await Promise.all(both)) expect(scores!.values).toHaveLength(12)
  })

  it('says how it stands', async () => {
    const { engine, time } = await started({ models: [model('m')] })
    const answer = engine.infer(sampleClip({ widthPx: 8, heightPx: 8 }))
    await time.pass(10)
    expect([...(await answer)!.values]).toEqual([0.5, 0.5])
    expect(engine.describe()).toEqual([
      {
        name: 'm',
        version: '1.2.0',
        kind: 'clip',
        ready: true,
        providers: ['cpu'],
        workers: [
          {
            state: 'ready',
            session: { provider: 'cpu', nodes: {}, refused: [] },
            restarts: 0,
            lastError: null,
          },
        ],
        intraOpThreads: 0,
        precision: null,
        strideScale: 1,
        queuedClips: 0,
        failedClips: 0,
        batches: { count: 1, meanClips: 1, meanRunMs: 10 },
      },
    ])
    await engine.close()
    expect(time.timers).toBe(0)
  })

  it('lengthens strides until the model keeps up, fairly, and drops no more', async () => {
    // 8 cameras × 4 clips/s against 10 clips/s.
    const set = await started({ models: [model('m')], runMs: 100 })
    await offer(set, { cameras: 8, seconds: 120, skip: true })
    expect(set.engine.strideScale('m')).toBeGreaterThan(2.9)
    const before = set.drops.queue_full!
    expect(before).toBeGreaterThan(0)
    const scored = await offer(set, { cameras: 8, seconds: 60, skip: true })
    expect(set.drops.queue_full! - before).toBeLessThan(20)
    expect(Math.max(...scored) - Math.min(...scored)).toBeLessThanOrEqual(Math.max(...scored) * 0.15)
    expect(set.lines.some(({ level, message }) => level === 'warn' && /saturated/.test(message))).toBe(true)
    await set.engine.close()
  })

  it('lets cameras take turns at an overloaded stream, so that each gets past its warm-up', async () => {
    const set = await started({
      models: [model('m')],
      bundle: { kind: 'stream', warmupClips: 4, states: [{ input: 's', output: 't', shape: [1] }] },
      runMs: 100,
    })
    await offer(set, { cameras: 8, seconds: 180, skip: false })
    expect(set.drops.stream_turn).toBeGreaterThan(100)
    const scored = await offer(set, { cameras: 8, seconds: 400, skip: false })
    await settled()
    const total = scored.reduce((a, b) => a + b)
    // The model can do 4000 tubelets in this time; warm-ups and unused room cost some of them.
    expect(total).toBeGreaterThan(2000)
    expect(Math.min(...scored)).toBeGreaterThan((total / 8) * 0.6)
    await set.engine.close()
  })
})
