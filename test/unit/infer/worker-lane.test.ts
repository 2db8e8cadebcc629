import { describe, expect, it } from 'vitest'
import { AppError } from '../../../src/core/errors.ts'
import type { RunAnswer, RunRequest, SessionThread } from '../../../src/infer/session-thread.ts'
import { createWorkerLane } from '../../../src/infer/worker-lane.ts'
import type { Provider, SessionFacts } from '../../../src/infer/worker-protocol.ts'
import { createFakeClock, settled } from './fake-clock.ts'
import { sampleClip } from './sample-clip.ts'

function createFakeThread() {
  const opening = Promise.withResolvers<SessionFacts>()
  const ending = Promise.withResolvers<string>()
  const runs: { request: RunRequest; answered: (answer: RunAnswer, buffer: ArrayBuffer) => void }[] = []
  const abandoned: string[] = []
  const exiting = Promise.withResolvers<void>()
  opening.promise.catch(() => {})
  const thread: SessionThread = {
    opened: opening.promise,
    ended: ending.promise,
    run: (request, answered) => void runs.push({ request, answered }),
    close: async () => ending.resolve('closed'),
    exited: exiting.promise,
    abandon(reason) {
      abandoned.push(reason)
      ending.resolve(reason)
    },
  }
  return {
    thread,
    runs,
    abandoned,
    async exit() {
      exiting.resolve()
      await settled()
    },
    async open(provider: Provider = 'cpu') {
      opening.resolve({ provider, nodes: {}, refused: [] })
      await settled()
    },
    async refuse(message: string) {
      opening.reject(new AppError('MODEL_PROVIDER', message))
      ending.resolve('exit status 0')
      await settled()
    },
    async end(reason: string) {
      ending.resolve(reason)
      await settled()
    },
    async answer() {
      const { request, answered } = runs.shift()!
      const values = new Float32Array(request.slots)
      answered({ ok: true, values, states: [], runMs: 2 }, request.buffer)
      await settled()
    },
  }
}

function setUp() {
  const time = createFakeClock()
  const threads: ReturnType<typeof createFakeThread>[] = []
  const losses: [reason: string, delayMs: number][] = []
  const lane = createWorkerLane({
    start: () => {
      threads.push(createFakeThread())
      return threads.at(-1)!.thread
    },
    clock: time.clock,
    clipBytes: 24,
    maxBatch: 8,
    packStates: (_, slots) => [new Float32Array(slots)],
    changed: () => {},
    lost: (reason, delayMs) => void losses.push([reason, delayMs]),
  })
  return { time, threads, losses, lane }
}

const clips = (count: number, value = 128) =>
  Array.from({ length: count }, (_, n) =>
    sampleClip({ cameraId: `${n}`, fill: (at, length) => new Uint8Array(length).fill(value + 10 * n + at) }),
  )

describe('worker lane', () => {
  it('packs frames one after the other, clip by clip', async () => {
    const { threads, lane } = setUp()
    await threads[0]!.open()
    void lane.run(clips(2, 1))
    const { request } = threads[0]!.runs[0]!
    const block = (value: number) => Array.from({ length: 12 }, () => value)
    expect([...new Uint8Array(request.buffer, 0, 48)]).toEqual([1, 2, 11, 12].flatMap(block))
    expect(request.slots).toBe(2)
  })

  it('uses a buffer again that came back, also for fewer clips', async () => {
    const { threads, lane } = setUp()
    await threads[0]!.open()
    const first = lane.run(clips(3))
    const { buffer } = threads[0]!.runs[0]!.request
    expect(buffer.byteLength).toBe(4 * 24)
    void lane.run(clips(1))
    expect(threads[0]!.runs[1]!.request.buffer).not.toBe(buffer)
    await threads[0]!.answer()
    expect((await first).kind).toBe('scored')
    void lane.run(clips(2))
    expect(threads[0]!.runs[1]!.request.buffer).toBe(buffer)
    expect(lane.running).toBe(2)
  })

  it('fills batches up to a power of two for providers that prepare kernels for every shape', async () => {
    const { threads, lane } = setUp()
    await threads[0]!.open('webgpu')
    for (const count of [3, 5, 8]) void lane.run(clips(count))
    expect(threads[0]!.runs.map(({ request }) => request.slots)).toEqual([4, 8, 8])
    expect(threads[0]!.runs[0]!.request.states[0]).toHaveLength(4)
  })

  it('starts a worker again with growing delays, and with the first delay after a success', async () => {
    const { time, threads, losses, lane } = setUp()
    await threads[0]!.open()
    const running = lane.run(clips(1))
    await threads[0]!.end('shot')
    expect(await running).toEqual({ kind: 'lost', message: 'shot' })
    expect(lane.ready).toBe(false)
    expect(await lane.run(clips(1))).toMatchObject({ kind: 'lost' })
    await time.pass(249)
    expect(threads).toHaveLength(1)
    await time.pass(1)
    await threads[1]!.refuse('no GPU')
    expect(lane.status()).toMatchObject({ state: 'restarting', restarts: 1, lastError: 'no GPU' })
    await time.pass(500)
    await threads[2]!.open()
    expect(lane.status()).toMatchObject({ state: 'ready', restarts: 2 })
    const again = lane.run(clips(1))
    await threads[2]!.answer()
    expect((await again).kind).toBe('scored')
    await threads[2]!.end('shot again')
    expect(losses).toEqual([
      ['shot', 250],
      ['no GPU', 500],
      ['shot again', 250],
    ])
  })

  it('waits at most ten seconds between two starts', async () => {
    const { time, threads, losses } = setUp()
    await threads[0]!.open()
    await threads[0]!.end('shot')
    for (let n = 0; n < 9; n += 1) {
      await time.pass(10_000)
      await threads.at(-1)!.refuse('no GPU')
    }
    expect(losses.at(-1)).toEqual(['no GPU', 10_000])
  })

  it('does not repeat a first start that fails: its error is the answer', async () => {
    const { time, threads, losses, lane } = setUp()
    await threads[0]!.refuse('no GPU')
    await expect(lane.opened).rejects.toMatchObject({ code: 'MODEL_PROVIDER', message: 'no GPU' })
    await time.pass(60_000)
    expect(threads).toHaveLength(1)
    expect(losses).toEqual([])
    await lane.close()
  })

  it('gives up a worker that does not answer', async () => {
    const { time, threads, lane } = setUp()
    await threads[0]!.open()
    const running = lane.run(clips(1))
    await time.pass(120_000)
    expect((await running).kind).toBe('lost')
    expect(threads[0]!.abandoned).toEqual(['no answer for 120000 ms'])
    await time.pass(250)
    expect(threads).toHaveLength(2)
  })

  it('does not heap up stuck workers', async () => {
    const { time, threads, lane } = setUp()
    for (let n = 0; n < 2; n += 1) {
      await threads.at(-1)!.open()
      void lane.run(clips(1))
      await time.pass(120_000)
      await time.pass(500)
    }
    await time.pass(600_000)
    expect(threads).toHaveLength(2)
    await threads[0]!.exit()
    await time.pass(10_000)
    expect(threads).toHaveLength(3)
    await lane.close()
    expect(time.timers).toBe(0)
  })

  it('leaves no timer behind when it is closed while it waits to start again', async () => {
    const { time, threads, lane } = setUp()
    await threads[0]!.open()
    await threads[0]!.end('shot')
    await lane.close()
    expect(time.timers).toBe(0)
    expect(lane.status().state).toBe('closed')
  })
})
