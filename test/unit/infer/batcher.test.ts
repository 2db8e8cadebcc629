import { describe, expect, it } from 'vitest'
import type { Clip, Scores } from '../../../src/core/clip.ts'
import { createBatcher } from '../../../src/infer/batcher.ts'
import type { BatchOutcome, BatchWorker } from '../../../src/infer/worker-lane.ts'
import { createFakeClock, settled } from './fake-clock.ts'
import { sampleClip } from './sample-clip.ts'

const scored: BatchOutcome = { kind: 'scored', values: new Float32Array(), states: [], runMs: 1 }
const lost: BatchOutcome = { kind: 'lost', message: 'shot' }

/** A worker that answers when the test says so. */
function createFakeWorker() {
  const out: { clips: readonly Clip[]; answer: (outcome: BatchOutcome) => void }[] = []
  const sizes: number[] = []
  const worker = {
    ready: true as boolean,
    get running() {
      return out.length
    },
    run: (clips: readonly Clip[]) =>
      new Promise<BatchOutcome>((resolve) => {
        sizes.push(clips.length)
        out.push({ clips, answer: resolve })
      }),
  } satisfies BatchWorker
  const answer = async (outcome = scored) => {
    out.shift()!.answer(outcome)
    await settled()
  }
  return { worker, out, sizes, answer }
}

function setUp(
  options: { maxBatch?: number; deadlineMs?: number; sequential?: boolean; workers?: number } = {},
) {
  const time = createFakeClock()
  const fakes = Array.from({ length: options.workers ?? 1 }, createFakeWorker)
  const drops: string[] = []
  const waits: number[] = []
  const batcher = createBatcher({
    maxBatch: options.maxBatch ?? 4,
    deadlineMs: options.deadlineMs ?? 50,
    sequential: options.sequential ?? false,
    clock: time.clock,
    workers: fakes.map(({ worker }) => worker),
    finish: (clips, outcome) =>
      clips.map(({ cameraId }) => (outcome.kind === 'scored' ? ({ cameraId } as Scores) : null)),
    dispatched: (waitsMs) => void waits.push(...waitsMs),
    dropped: ({ cameraId }, reason) => void drops.push(`${cameraId} ${reason}`),
  })
  const answers: (string | null)[] = []
  const offer = (cameraId: string) => {
    const answer = batcher.offer(sampleClip({ cameraId })).then((scores) => scores?.cameraId ?? null)
    answer.then((id) => answers.push(id))
    return answer
  }
  return { time, batcher, offer, answers, drops, waits, fake: fakes[0]!, fakes }
}

/** Both cameras have shown that they bring a clip every 100 ms, 10 ms apart; it is 30 ms after the second. */
async function inRhythm(options: Parameters<typeof setUp>[0] = {}) {
  const set = setUp(options)
  for (let round = 0; round < 2; round += 1) {
    set.offer('a')
    await set.time.pass(10)
    set.offer('b')
    await set.time.pass(30)
    while (set.fake.out.length > 0) await set.fake.answer()
    if (round === 0) await set.time.pass(60)
  }
  expect(set.batcher.waiting).toBe(0)
  set.fake.sizes.length = 0
  set.waits.length = 0
  set.answers.length = 0
  return set
}

describe('batcher', () => {
  it('sends a lone clip at once: nobody else is expected', async () => {
    const { offer, fake, waits } = setUp()
    offer('a')
    expect(fake.sizes).toEqual([1])
    expect(waits).toEqual([0])
    await fake.answer()
  })

  it('waits for a camera that is due before the deadline, and sends both together', async () => {
    const { time, offer, fake, waits } = await inRhythm()
    await time.pass(60)
    offer('a')
    expect(fake.sizes).toEqual([])
    await time.pass(10)
    offer('b')
    expect(fake.sizes).toEqual([2])
    expect(waits).toEqual([10, 0])
  })

  it('goes at the deadline when the expected camera does not come', async () => {
    const { time, offer, fake, waits } = await inRhythm()
    await time.pass(60)
    offer('a')
    await time.pass(49)
    expect(fake.sizes).toEqual([])
    await time.pass(1)
    expect(fake.sizes).toEqual([1])
    expect(waits).toEqual([50])
    expect(time.timers).toBe(0)
  })

  it('does not wait for a camera that is due after the deadline', async () => {
    const { time, offer, fake } = await inRhythm({ deadlineMs: 5 })
    await time.pass(60)
    offer('a')
    expect(fake.sizes).toEqual([1])
  })

  it('sends a full batch at once and one more ahead, but a partial one only to an idle worker', async () => {
    const { offer, fake, answers } = setUp({ maxBatch: 2 })
    offer('a')
    offer('b')
    expect(fake.sizes).toEqual([1])
    offer('c')
    expect(fake.sizes).toEqual([1, 2])
    offer('d')
    offer('e')
    expect(fake.sizes).toEqual([1, 2])
    await fake.answer()
    expect(fake.sizes).toEqual([1, 2, 2])
    offer('f')
    await fake.answer()
    expect(fake.sizes).toEqual([1, 2, 2])
    await fake.answer()
    expect(fake.sizes).toEqual([1, 2, 2, 1])
    await fake.answer()
    expect(answers).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
  })

  it('gives work to the worker that has least', async () => {
    const { offer, fakes } = setUp({ maxBatch: 1, workers: 2 })
    for (const id of ['a', 'b', 'c', 'd']) offer(id)
    expect(fakes.map(({ out }) => out.map(({ clips }) => clips[0]!.cameraId))).toEqual([
      ['a', 'c'],
      ['b', 'd'],
    ])
  })

  it('drops the oldest of a camera beyond two, tells who asked, and no other camera pays', async () => {
    const { offer, fake, answers, drops } = setUp({ maxBatch: 1 })
    for (const id of ['x', 'x', 'a', 'b', 'a', 'a']) offer(id)
    await settled()
    expect(answers).toEqual([null])
    expect(drops).toEqual(['a queue_full'])
    for (let n = 0; n < 5; n += 1) await fake.answer()
    expect(answers).toEqual([null, 'x', 'x', 'a', 'b', 'a'])
  })

  it('never has two clips of a camera of a stream out, and keeps their order', async () => {
    const { offer, fake } = setUp({ sequential: true })
    offer('a')
    offer('a')
    offer('b')
    expect(fake.sizes).toEqual([1])
    await fake.answer()
    expect(fake.out[0]!.clips.map(({ cameraId }) => cameraId).sort()).toEqual(['a', 'b'])
  })

  it('runs a batch again when its worker is lost, once', async () => {
    const { offer, fake, answers, fakes } = setUp({ workers: 2 })
    offer('a')
    await fake.answer(lost)
    const second = fakes.find(({ out }) => out.length > 0)!
    expect(second.out[0]!.clips[0]!.cameraId).toBe('a')
    expect(answers).toEqual([])
    await second.answer(lost)
    expect(answers).toEqual([null])
    expect(fakes.flatMap(({ out }) => out)).toEqual([])
  })

  it('does not keep a batch for ever when no worker comes back', async () => {
    const { offer, fake, answers, drops, time, batcher } = setUp()
    offer('a')
    fake.worker.ready = false
    await fake.answer(lost)
    await time.pass(5000)
    batcher.wake()
    expect(drops).toEqual([])
    await time.pass(1)
    batcher.wake()
    await settled()
    expect(drops).toEqual(['a worker_lost'])
    expect(answers).toEqual([null])
  })

  it('goes on when a worker becomes ready', async () => {
    const { offer, fake, batcher } = setUp()
    fake.worker.ready = false
    offer('a')
    expect(fake.sizes).toEqual([])
    fake.worker.ready = true
    batcher.wake()
    expect(fake.sizes).toEqual([1])
  })

  it('answers everything on close, and takes nothing afterwards', async () => {
    const { offer, fake, answers, drops, batcher, time } = setUp({ maxBatch: 1 })
    for (const id of ['a', 'b', 'c']) offer(id)
    batcher.close()
    offer('d')
    await fake.answer(lost)
    await fake.answer()
    expect(answers.sort()).toEqual(['b', null, null, null])
    expect(drops).toEqual(['c closed', 'd closed'])
    expect(time.timers).toBe(0)
  })
})
