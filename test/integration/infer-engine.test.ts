import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Worker } from 'node:worker_threads'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { loadBundle } from '../../src/bundle/load-bundle.ts'
import { systemClock } from '../../src/core/clock.ts'
import { createInferenceEngine, type InferenceEngine } from '../../src/infer/inference-engine.ts'
import { type SessionThread, type StartThread, startSessionThread } from '../../src/infer/session-thread.ts'
import { countNodes } from '../../src/onnx/node-counts.ts'
import { tempDir } from '../support/temp-dir.ts'
import { createRecorder, sampleClip } from '../unit/infer/sample-clip.ts'
import { linearModel, summingModel, toFloat, writeTestModel } from './infer-models.ts'

let engine: InferenceEngine | null = null
let workers: Worker[] = []
const remember = (worker: Worker) => void workers.push(worker)
beforeEach(() => void process.on('worker', remember))
afterEach(async () => {
  await engine?.close()
  engine = null
  process.off('worker', remember)
  workers = []
})

/** Makes a worker die of an uncaught error as soon as it comes to this message. */
const poison = (worker: Worker) => worker.postMessage({ type: 'run', slots: 1, buffer: null, states: [] })

async function start(
  models: Parameters<typeof createInferenceEngine>[0]['models'],
  startThread?: StartThread,
) {
  const recorder = createRecorder()
  engine = await createInferenceEngine({
    models,
    clock: systemClock,
    telemetry: recorder.telemetry,
    ...(startThread && { startThread }),
  })
  return { engine, ...recorder }
}

const size = { frames: 4, widthPx: 16, heightPx: 12 }
const noise = (seed: number) => (index: number, length: number) =>
  Uint8Array.from({ length }, (_, n) => (Math.imul(n + index * length + 1, seed * 2654435761) >>> 9) & 255)
const noiseClip = (cameraId: string, seed: number, modelName: string) =>
  sampleClip({ ...size, cameraId, modelName, fill: noise(seed) })

async function expectedScores(path: string, clip: ReturnType<typeof sampleClip>): Promise<number[]> {
  const session = await InferenceSession.create((await loadBundle(path)).graphPath)
  const bytes = Uint8Array.from(clip.frames.flatMap(({ data }) => [...data]))
  const result = await session.run({ clips: new Tensor('uint8', bytes, [1, 4, 12, 16, 3]) })
  const logits = [...(result.scores!.data as Float32Array)].map((logit) => Math.exp(logit))
  await session.release()
  const sum = logits.reduce((a, b) => a + b, 0)
  return logits.map((value) => value / sum)
}

describe('the engine with ONNX Runtime', () => {
  it('scores clips in batches as the bare session scores them alone', async () => {
    const model = await writeTestModel(linearModel('linear'), { maxBatch: 5, workers: 2 })
    const { engine, counts, drops } = await start([model])
    const clips = Array.from({ length: 24 }, (_, n) => noiseClip(`camera-${n}`, n + 1, 'linear'))
    const scores = await Promise.all(clips.map((clip) => engine.infer(clip)))
    for (const [n, clip] of clips.entries()) {
      expect(scores[n]).toMatchObject({
        cameraId: `camera-${n}`,
        modelName: 'linear',
        modelVersion: '1.0.0',
        labels: ['empty', 'walk', 'fall'],
        lastPtsUs: clip.lastPtsUs,
        lastArrivalMonoMs: clip.lastArrivalMonoMs,
      })
      const expected = await expectedScores(model.path, clip)
      for (const [at, value] of scores[n]!.values.entries()) expect(value).toBeCloseTo(expected[at]!, 4)
    }
    expect(new Set(scores.map((score) => score!.values[0]!.toFixed(4))).size).toBeGreaterThan(12)
    expect(counts.vireo_infer_clips_total).toBe(24)
    expect(drops).toEqual({})
    const [status] = engine.describe()
    expect(status!.batches.meanClips).toBeGreaterThan(1)
    expect(status!.workers.map(({ session }) => session!.provider)).toEqual(['cpu', 'cpu'])
  })

  it('keeps several models apart', async () => {
    const a = await writeTestModel(linearModel('a', 1))
    const b = await writeTestModel(linearModel('b', 2))
    const { engine } = await start([a, b])
    const [fromA, fromB] = await Promise.all([
      engine.infer(noiseClip('gate', 3, 'a')),
      engine.infer(noiseClip('gate', 3, 'b')),
    ])
    for (const [at, expected] of (await expectedScores(a.path, noiseClip('gate', 3, 'a'))).entries())
      expect(fromA!.values[at]).toBeCloseTo(expected, 4)
    for (const [at, expected] of (await expectedScores(b.path, noiseClip('gate', 3, 'b'))).entries())
      expect(fromB!.values[at]).toBeCloseTo(expected, 4)
    expect(fromA!.values[0]).not.toBeCloseTo(fromB!.values[0]!, 4)
  })

  it('takes the names of the configuration and refuses unknown ones', async () => {
    const model = await writeTestModel(linearModel('linear'), { name: 'entrance' })
    const { engine } = await start([model])
    expect(engine.contract('entrance')).toMatchObject({ name: 'entrance', frames: 4, widthPx: 16 })
    expect(engine.bundle('entrance').name).toBe('linear')
    expect((await engine.infer(noiseClip('gate', 1, 'entrance')))!.modelName).toBe('entrance')
    await expect(engine.infer(noiseClip('gate', 1, 'linear'))).rejects.toMatchObject({
      code: 'MODEL_NOT_FOUND',
    })
    await expect(engine.infer(sampleClip({ modelName: 'entrance' }))).rejects.toThrow(/2 frames|12 bytes/)
  })

  it('carries the state of each camera of a stream, and starts anew after a gap or reconnect', async () => {
    const model = await writeTestModel(summingModel('stream'))
    const { engine } = await start([model])
    const tubelet = (cameraId: string, seq: number, grey: number, epoch = 1) =>
      sampleClip({
        cameraId,
        seq,
        epoch,
        modelName: 'stream',
        widthPx: 8,
        heightPx: 8,
        fill: (_, length) => new Uint8Array(length).fill(grey),
      })
    const first = async (...clips: ReturnType<typeof tubelet>[]) =>
      (await Promise.all(clips.map((clip) => engine.infer(clip)))).map((scores) => scores!.values[0])
    expect(await first(tubelet('a', 0, 1), tubelet('b', 0, 10))).toEqual([1, 10])
    expect(await first(tubelet('b', 2, 20), tubelet('a', 2, 2))).toEqual([30, 3])
    // Two at once: the second must wait for the state of the first.
    expect(await first(tubelet('a', 4, 3), tubelet('a', 6, 4), tubelet('b', 4, 30))).toEqual([6, 10, 60])
    expect(await first(tubelet('a', 10, 5), tubelet('b', 6, 1))).toEqual([5, 61])
    expect(await first(tubelet('a', 12, 6), tubelet('b', 8, 7, 2))).toEqual([11, 7])
  })

  it('withholds the scores of the warm-up of a stream', async () => {
    const model = await writeTestModel(summingModel('stream', 2))
    const { engine, drops } = await start([model])
    const grey = (seq: number, epoch = 1) =>
      sampleClip({ seq, epoch, modelName: 'stream', widthPx: 8, heightPx: 8 })
    const answers: (number | undefined)[] = []
    for (const clip of [grey(0), grey(2), grey(4), grey(6), grey(0, 2), grey(2, 2), grey(4, 2)])
      answers.push((await engine.infer(clip))?.values[0])
    expect(answers).toEqual([undefined, undefined, 384, 512, undefined, undefined, 384])
    expect(drops).toEqual({ warmup: 4 })
  })
})

describe('faults', () => {
  it('names every provider and its error when none works, and does not fall back to the CPU unasked', async () => {
    const model = await writeTestModel(linearModel('linear'), { providers: ['tensorrt', 'cuda'] })
    const failure = await start([model]).catch((error) => error)
    expect(failure.code).toBe('MODEL_PROVIDER')
    expect(failure.message).toMatch(/models linear: .*tensorrt: .+; cuda: .+cpu/)
  })

  it('uses the CPU when it is listed, and says what was passed over', async () => {
    const model = await writeTestModel(linearModel('linear'), { providers: ['cuda', 'cpu'] })
    const { engine, lines, gauges } = await start([model])
    expect(engine.describe()[0]!.workers[0]!.session).toMatchObject({
      provider: 'cpu',
      refused: [{ provider: 'cuda', message: expect.stringMatching(/.+/) }],
    })
    expect(lines).toContainEqual(expect.objectContaining({ level: 'warn' }))
    expect(gauges['vireo_infer_workers linear cpu']).toBe(1)
    expect(gauges['vireo_infer_workers linear cuda']).toBe(0)
  })

  it('refuses a graph that is not what bundle.json states, naming both, and leaves no worker behind', async () => {
    const good = await writeTestModel(linearModel('good'))
    const wrong = await writeTestModel({
      name: 'wrong',
      ...size,
      build(graph, clips) {
        const mean = graph.op('ReduceMean', [graph.op('Cast', [clips], toFloat), graph.i64([1, 2, 3, 4])], {
          keepdims: 0,
        })
        graph.output('scores', graph.op('Unsqueeze', [mean, graph.i64([1])]), 'float32', ['N', 1])
        return []
      },
    })
    const threads: SessionThread[] = []
    const failure = await start([good, wrong], (plan) => {
      threads.push(startSessionThread(plan, systemClock))
      return threads.at(-1)!
    }).catch((error) => error)
    expect(failure.code).toBe('MODEL_CONTRACT')
    expect(failure.message).toContain(
      'bundle.json states output "scores" float32 [N, 3], the graph has "scores" float32 [N, 1]',
    )
    expect(await Promise.all(threads.map(({ ended }) => ended))).toHaveLength(2)
  })

  it('drops a clip with NaN scores and still answers its neighbours', async () => {
    const model = await writeTestModel({
      name: 'log',
      ...size,
      activation: 'none',
      build(graph, clips) {
        const mean = graph.op('ReduceMean', [graph.op('Cast', [clips], toFloat), graph.i64([1, 2, 3])], {
          keepdims: 0,
        })
        graph.output('scores', graph.op('Sqrt', [graph.op('Sub', [mean, graph.f32([10])])]), 'float32', [
          'N',
          3,
        ])
        return []
      },
    })
    const { engine, drops, lines } = await start([model])
    const grey = (cameraId: string, value: number) =>
      sampleClip({ ...size, cameraId, modelName: 'log', fill: (_, n) => new Uint8Array(n).fill(value) })
    const [bright, dark] = await Promise.all([engine.infer(grey('a', 110)), engine.infer(grey('b', 1))])
    expect([...bright!.values]).toEqual([10, 10, 10])
    expect(dark).toBeNull()
    expect(drops).toEqual({ not_finite: 1 })
    expect(lines.filter(({ level }) => level === 'error')).toHaveLength(1)
  })

  it('loses no clip when a worker dies under its batches, and leaves other models alone', async () => {
    const models = [
      await writeTestModel(linearModel('a'), { maxBatch: 1 }),
      await writeTestModel(linearModel('b')),
    ]
    const { engine, drops, counts } = await start(models)
    const [first] = workers
    // The first batch runs, the second lies in the worker's mailbox behind the message that it dies of.
    const gate = engine.infer(noiseClip('gate', 5, 'a'))
    poison(first!)
    const hall = engine.infer(noiseClip('hall', 6, 'a'))
    const other = engine.infer(noiseClip('gate', 7, 'b'))
    const expected = await expectedScores(models[0]!.path, noiseClip('hall', 6, 'a'))
    expect((await gate)!.cameraId).toBe('gate')
    expect((await hall)!.values[1]).toBeCloseTo(expected[1]!, 4)
    expect((await other)!.modelName).toBe('b')
    expect(drops).toEqual({})
    expect(counts.vireo_infer_worker_restarts_total).toBe(1)
    expect(workers).toHaveLength(3)
    const [a, b] = engine.describe()
    expect(a!.workers[0]).toMatchObject({
      state: 'ready',
      restarts: 1,
      lastError: expect.stringMatching(/./),
    })
    expect(b!.workers[0]).toMatchObject({ state: 'ready', restarts: 0, lastError: null })
  })

  it('gives up a worker that is stuck, and scores its batch on the next one', async () => {
    const threads: SessionThread[] = []
    const { engine, drops } = await start([await writeTestModel(linearModel('a'))], (plan) => {
      threads.push(startSessionThread(plan, systemClock))
      return threads.at(-1)!
    })
    const answer = engine.infer(noiseClip('gate', 5, 'a'))
    threads[0]!.abandon('stuck')
    expect((await answer)!.cameraId).toBe('gate')
    expect(drops).toEqual({})
    expect(threads).toHaveLength(2)
    await threads[0]!.exited
  })

  it('stays up under sixteen cameras while its workers die again and again, and counts every clip', async () => {
    const model = await writeTestModel(linearModel('a'), { workers: 3, maxBatch: 4 })
    const { engine, drops, counts } = await start([model])
    let scored = 0
    let dropped = 0
    const camera = async (id: number) => {
      for (let n = 0; n < 60; n += 1) {
        const scores = await engine.infer(noiseClip(`camera-${id}`, n + 1, 'a'))
        if (scores) {
          expect(scores.cameraId).toBe(`camera-${id}`)
          scored += 1
        } else dropped += 1
        if (id === 0 && n % 15 === 14) poison(workers.at(-1)!)
      }
    }
    await Promise.all(Array.from({ length: 16 }, (_, id) => camera(id)))
    expect(scored + dropped).toBe(16 * 60)
    expect(counts.vireo_infer_clips_total).toBe(scored)
    expect(Object.values(drops).reduce((a, b) => a + b, 0)).toBe(dropped)
    expect(scored).toBeGreaterThan(16 * 60 * 0.9)
    expect(counts.vireo_infer_worker_restarts_total).toBeGreaterThan(0)
    await vi.waitFor(() =>
      expect(engine.describe()[0]!.workers.every(({ state }) => state === 'ready')).toBe(true),
    )
  })

  it('answers what waits with null on close, finishes what runs, and ends its workers', async () => {
    const threads: SessionThread[] = []
    const { engine, drops } = await start(
      [await writeTestModel(linearModel('a'), { workers: 2 })],
      (plan) => {
        threads.push(startSessionThread(plan, systemClock))
        return threads.at(-1)!
      },
    )
    const running = engine.infer(noiseClip('gate', 1, 'a'))
    const before = process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length
    await engine.close()
    expect((await running)!.cameraId).toBe('gate')
    expect(await Promise.all(threads.map(({ ended }) => ended))).toEqual(['exit status 0', 'exit status 0'])
    expect(await engine.infer(noiseClip('gate', 2, 'a'))).toBeNull()
    expect(drops).toEqual({ closed: 1 })
    const after = process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length
    expect(after).toBeLessThan(before)
  })

  it('lets the process end by itself after close', async () => {
    const model = await writeTestModel(summingModel('stream'), { workers: 2 })
    const script = `
      import { createInferenceEngine } from './src/infer/inference-engine.ts'
      import { systemClock } from './src/core/clock.ts'
      import { noTelemetry } from './src/core/telemetry-port.ts'
      const engine = await createInferenceEngine({
        models: [${JSON.stringify(model)}], clock: systemClock, telemetry: noTelemetry,
      })
      process.stdout.write(engine.describe()[0].workers.map(({ state }) => state).join())
      await engine.close()
      process.on('exit', () => process.stdout.write(' ended'))`
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module-typescript', '-e', script],
      { cwd: join(import.meta.dirname, '../..'), timeout: 60_000 },
    )
    expect(stdout).toBe('ready,ready ended')
  })
})

describe('the proof of a provider', () => {
  it('is read from what ONNX Runtime itself writes', async () => {
    const { graphPath } = await loadBundle((await writeTestModel(linearModel('linear'))).path)
    const dir = tempDir('profile')
    const session = await InferenceSession.create(graphPath, {
      executionProviders: ['cpu'],
      enableProfiling: true,
      profileFilePrefix: join(dir, 'run'),
    })
    await session.run({ clips: new Tensor('uint8', new Uint8Array(4 * 12 * 16 * 3), [1, 4, 12, 16, 3]) })
    session.endProfiling()
    await session.release()
    const nodes = await countNodes(join(dir, readdirSync(dir)[0]!))
    expect(Object.keys(nodes)).toEqual(['CPUExecutionProvider'])
    expect(nodes.CPUExecutionProvider).toBeGreaterThanOrEqual(3)
  })
})
