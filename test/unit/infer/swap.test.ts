import { describe, expect, it } from 'vitest'
import type { Bundle } from '../../../src/bundle/bundle-schema.ts'
import { modelContract } from '../../../src/bundle/model-contract.ts'
import type { Scores } from '../../../src/core/clip.ts'
import { AppError } from '../../../src/core/errors.ts'
import { createInferenceEngine } from '../../../src/infer/inference-engine.ts'
import type { SessionThread } from '../../../src/infer/session-thread.ts'
import type { WorkerPlan } from '../../../src/infer/worker-protocol.ts'
import { sampleBundle } from '../bundle/sample-bundle.ts'
import { createFakeClock, settled } from './fake-clock.ts'
import { createRecorder, sampleClip } from './sample-clip.ts'

const runMs = 10

/** One model `m` whose versions are the bundles by path; each worker answers after `runMs`. */
async function setUp(versions: Record<string, Partial<Bundle>>, refuse = '') {
  const time = createFakeClock()
  const recorder = createRecorder()
  const open = new Map<string, number>()
  const count = (version: string, by: number) => open.set(version, (open.get(version) ?? 0) + by)
  const startThread = ({ bundle }: WorkerPlan): SessionThread => {
    count(bundle.version, 1)
    const ending = Promise.withResolvers<string>()
    ending.promise.then(() => count(bundle.version, -1))
    return {
      opened:
        bundle.version === refuse
          ? Promise.reject(new AppError('MODEL_PROVIDER', 'no room'))
          : Promise.resolve({ provider: 'cpu', nodes: {}, refused: [] }),
      ended: ending.promise,
      run({ slots, buffer, states }, answered) {
        const values = new Float32Array(slots * bundle.labels.length).fill(0.5)
        time.clock.after(runMs, () => answered({ ok: true, values, states, runMs }, buffer))
      },
      close: async () => ending.resolve('closed'),
      exited: ending.promise.then(() => {}),
      abandon: ending.resolve,
    }
  }
  const engine = await createInferenceEngine({
    models: [
      {
        name: 'm',
        path: Object.keys(versions)[0]!,
        providers: ['cpu'],
        workers: 1,
        intraOpThreads: 1,
        maxBatch: 4,
        deadlineMs: 0,
      },
    ],
    clock: time.clock,
    telemetry: recorder.telemetry,
    startThread,
    loadBundle: async (dir) => {
      const bundle: Bundle = {
        ...sampleBundle({ version: dir }),
        formatVersion: 1,
        files: [],
        temporal: { frames: 2, sampleFps: 8, strideFrames: 2 },
        input: { name: 'clips', widthPx: 8, heightPx: 8 },
        ...versions[dir],
      }
      return { dir, bundle, graphPath: dir, floatPath: null, contract: modelContract(bundle) }
    },
  })
  return { engine, time, open, ...recorder }
}

const clip = (seq: number, px = 8) => sampleClip({ seq, widthPx: px, heightPx: px, cameraId: `${seq % 4}` })

describe('swap', () => {
  it('loses no clip under load, and answers from the new version from the boundary on', async () => {
    const { engine, time, open, drops } = await setUp({ '1.0.0': {}, '1.1.0': {} })
    const answers: Promise<Scores | null>[] = []
    const offer = async (count: number) => {
      for (let n = 0; n < count; n += 1) {
        answers.push(engine.infer(clip(answers.length)))
        await time.pass(6)
      }
    }
    await offer(50)
    const candidate = await engine.open('m', '1.1.0')
    expect(open).toEqual(
      new Map([
        ['1.0.0', 1],
        ['1.1.0', 1],
      ]),
    )
    await offer(50)
    answers.push(engine.infer(clip(answers.length)))
    const boundary = answers.length
    const retire = engine.swap('m', candidate)
    const retired = retire()
    await offer(50)
    await retired
    await time.pass(100)
    const versions = (await Promise.all(answers)).map((scores) => scores?.modelVersion ?? 'lost')
    expect(versions.slice(0, boundary).every((version) => version === '1.0.0')).toBe(true)
    expect(versions.slice(boundary).every((version) => version === '1.1.0')).toBe(true)
    expect(drops).toEqual({})
    expect(open.get('1.0.0')).toBe(0)
    expect(engine.describe()[0]).toMatchObject({ version: '1.1.0', failedClips: 0 })
    await engine.close()
    expect(open.get('1.1.0')).toBe(0)
    expect(time.timers).toBe(0)
  })

  it('lets a candidate judge the same clips without counting them for the live path', async () => {
    const { engine, time, counts, lines } = await setUp({ '1.0.0': {}, '1.1.0': {} })
    const candidate = await engine.open('m', '1.1.0')
    const seen: (string | undefined)[][] = []
    const stop = engine.tap('m', async (offered, answer) => {
      const both = await Promise.all([answer, candidate.infer(offered)])
      seen.push(both.map((scores) => scores?.modelVersion))
    })
    void engine.infer(clip(0))
    await time.pass(50)
    stop()
    void engine.infer(clip(1))
    await time.pass(50)
    expect(seen).toEqual([['1.0.0', '1.1.0']])
    expect(counts.vireo_infer_clips_total).toBe(2)
    await candidate.close()
    expect(lines.filter(({ level }) => level === 'error')).toEqual([])
    await engine.close()
  })

  it('leaves the live version alone when the other cannot be opened', async () => {
    const { engine, time, open } = await setUp({ '1.0.0': {}, '1.1.0': {} }, '1.1.0')
    await expect(engine.open('m', '1.1.0')).rejects.toMatchObject({ code: 'MODEL_PROVIDER' })
    const answer = engine.infer(clip(0))
    await time.pass(20)
    expect((await answer)!.modelVersion).toBe('1.0.0')
    expect(open.get('1.1.0') ?? 0).toBe(0)
    await engine.close()
  })

  it('gives clips of the former size to the former version until it is retired', async () => {
    const large = { input: { name: 'clips', widthPx: 16, heightPx: 16 } }
    const { engine, time } = await setUp({ '1.0.0': {}, '2.0.0': large })
    const candidate = await engine.open('m', '2.0.0')
    const retire = engine.swap('m', candidate)
    const answers = [engine.infer(clip(0, 8)), engine.infer(clip(1, 16))]
    await time.pass(50)
    expect((await Promise.all(answers)).map((scores) => scores!.modelVersion)).toEqual(['1.0.0', '2.0.0'])
    await retire()
    await expect(engine.infer(clip(2, 8))).rejects.toMatchObject({ code: 'BUG_UNEXPECTED' })
    await engine.close()
  })

  it('ends a candidate with the engine, and lets none go live twice', async () => {
    const { engine, open } = await setUp({ '1.0.0': {}, '1.1.0': {} })
    const candidate = await engine.open('m', '1.1.0')
    void engine.swap('m', candidate)()
    expect(() => engine.swap('m', candidate)).toThrow('cannot go live')
    await engine.open('m', '1.1.0')
    await engine.close()
    await settled()
    expect([...open.values()]).toEqual([0, 0])
  })
})
