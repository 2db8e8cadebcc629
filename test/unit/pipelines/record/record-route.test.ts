import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { BehaviorSubject, Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { recordRoute } from '../../../../pipelines/record/record.ts'
import type { CameraSource } from '../../../../src/camera/source-contract.ts'
import { configSchema } from '../../../../src/config/config-schema.ts'
import type { AlertStep } from '../../../../src/core/alert.ts'
import type { ProductTrouble } from '../../../../src/core/camera-status.ts'
import type { Fragment } from '../../../../src/core/frame.ts'
import { tempDir } from '../../../support/temp-dir.ts'
import { createFakeClock } from '../../infer/fake-clock.ts'
import { createFakeFfmpeg } from '../../record/fake-ffmpeg.ts'
import { countingTelemetry, fragmentUs, initFragment, mediaFragment } from '../../record/sample-fragments.ts'

function createSource() {
  const fragments$ = new Subject<Fragment>()
  const trouble$ = new BehaviorSubject<ProductTrouble | null>(null)
  const status$ = new BehaviorSubject({ state: 'live' })
  const source = { fragments$, trouble$, status$ } as unknown as CameraSource
  return { fragments$, trouble$, status$, source }
}

function create(options: { clips?: boolean; continuous?: boolean; main?: boolean } = {}) {
  const { clips = true, continuous = false, main = false } = options
  const dataDir = tempDir('record-route')
  for (const name of ['clips', 'segments']) mkdirSync(join(dataDir, name))
  const time = createFakeClock()
  const counted = countingTelemetry()
  const analysed = createSource()
  const recorded = main ? createSource() : analysed
  const told: string[] = []
  const troubles: (string | null)[] = []
  const records = recordRoute({
    cameraId: 'gate',
    dataDir,
    analysed: analysed.source,
    recorded: recorded.source,
    recording: configSchema.parse({
      version: 1,
      dataDir: 'd',
      recording: { clips, continuous, preRollMs: 1000, postRollMs: 1000 },
    }).recording,
    intake: {
      clip: ({ alertId }, stored) => {
        told.push(`${alertId} ready`)
        stored()
      },
      clipUnavailable: ({ alertId, reason }) => told.push(`${alertId} ${reason}`),
    },
    spawn: createFakeFfmpeg().spawn,
    clock: time.clock,
    random: () => 0,
    telemetry: counted.telemetry,
  })
  const trouble = records.trouble$.subscribe((found) => troubles.push(found?.code ?? null))
  const observed = () => {
    const subjects = [analysed, recorded].flatMap(({ fragments$, trouble$, status$ }) => [
      fragments$,
      trouble$,
      status$,
    ])
    return subjects.filter((subject) => subject.observed).length
  }
  return {
    ...counted,
    time,
    recorded,
    records,
    told,
    troubles,
    trouble,
    observed,
    send(from: number, to: number, more: Partial<Fragment> = {}) {
      for (let index = from; index < to; index += 1) recorded.fragments$.next(mediaFragment(index, more))
    },
    step: (alertId: string, phase: AlertStep['phase'], index: number) =>
      records.mark({
        alertId,
        phase,
        epoch: 1,
        cameraId: 'gate',
        firstPtsUs: index * fragmentUs,
        lastPtsUs: index * fragmentUs,
        startedMs: arrivalOf(index),
        lastMs: arrivalOf(index),
      } as AlertStep).clipPath,
  }
}
const arrivalOf = (index: number) => mediaFragment(index).arrivalMs
const momentOf = (index: number) => ({
  epoch: 1,
  firstPtsUs: index * fragmentUs,
  lastPtsUs: index * fragmentUs,
  firstArrivalMs: arrivalOf(index),
  lastArrivalMs: arrivalOf(index),
})

describe('recordRoute', () => {
  it('never: without packets of a live camera tells trouble, and no clip', async () => {
    const { time, records, told, troubles } = create()
    await time.pass(20_000)
    expect([told, troubles]).toEqual([[], [null, 'MEDIA_NOT_RECORDED']])
    await records.close()
  })

  it('empty: a source that ends at once leaves nothing open', async () => {
    const { records, recorded, told, step } = create()
    expect(step('a1', 'new', 0)).toMatch(/a1\.mp4$/)
    recorded.fragments$.complete()
    await records.close()
    expect(told.map((line) => line.split(' ')[0])).toEqual(['a1'])
    expect(told).not.toContain('a1 ready')
  })

  it('values: an alert gets its clip, which is told when it is finished and stored', async () => {
    const { records, recorded, told, send, step } = create()
    recorded.fragments$.next(initFragment())
    send(0, 10)
    const path = step('a1', 'new', 8)
    expect([step('a1', 'update', 9), step('a1', 'end', 9)]).toEqual([path, path])
    send(10, 20)
    await records.close()
    expect(told).toEqual(['a1 ready'])
  })

  it('values: a sample is recorded likewise, and told as done once', async () => {
    const { records, recorded, told, send } = create()
    let done = 0
    recorded.fragments$.next(initFragment())
    send(0, 10)
    expect(records.sample('s1', momentOf(8), () => (done += 1))).toBe(true)
    send(10, 20)
    await records.close()
    expect([told, done]).toEqual([['s1 ready'], 1])
  })

  it('values: a sample of which nothing comes is done too, and no alert is told of it', async () => {
    const { time, records, told } = create()
    let done = 0
    expect(records.sample('s1', momentOf(0), () => (done += 1))).toBe(true)
    await time.pass(20_000)
    expect([told, done]).toEqual([[], 1])
    await records.close()
  })

  it('values: moments of one stream are found in the other that is recorded', async () => {
    const { records, recorded, told, drops, step } = create({ main: true })
    expect(step('a1', 'new', 8)).toBeNull()
    expect(records.sample('s1', momentOf(8), () => {})).toBe(false)
    expect(drops).toEqual({ no_main_stream: 2 })
    // The clock of the larger stream is an hour ahead, and its epoch another.
    const ahead = (index: number) => ({ epoch: 4, ptsUs: 3_600_000_000 + index * fragmentUs })
    recorded.fragments$.next(initFragment({ epoch: 4 }))
    for (let index = 0; index < 10; index += 1) recorded.fragments$.next(mediaFragment(index, ahead(index)))
    expect(step('a2', 'new', 8)).toMatch(/a2\.mp4$/)
    step('a2', 'end', 9)
    for (let index = 10; index < 20; index += 1) recorded.fragments$.next(mediaFragment(index, ahead(index)))
    await records.close()
    expect(told).toEqual(['a2 ready'])
  })

  it('values: passes steps on as they are where no clips are wanted', async () => {
    const { records, told, troubles, step } = create({ clips: false })
    expect(step('a1', 'new', 0)).toBeUndefined()
    expect(records.sample('s1', momentOf(0), () => {})).toBe(false)
    await records.close()
    expect([told, troubles]).toEqual([[], [null]])
  })

  it('error: packets that fail end in a clip or in a loss, and never throw', async () => {
    const { time, records, recorded, told, send, step } = create()
    recorded.fragments$.next(initFragment())
    send(0, 10)
    step('a1', 'new', 8)
    expect(() => recorded.fragments$.error(new Error('broken'))).not.toThrow()
    await time.pass(20_000)
    await records.close()
    expect(told.map((line) => line.split(' ')[0])).toEqual(['a1'])
  })

  it('unending: a clip of an alert that never ends is as long as it may be', async () => {
    const { records, recorded, told, send, step, time } = create()
    recorded.fragments$.next(initFragment())
    send(0, 5)
    step('a1', 'new', 4)
    for (let second = 1; second < 120 && told.length === 0; second += 1) {
      send(second * 5, second * 5 + 5)
      await time.pass(1000)
      await new Promise(setImmediate)
    }
    await expect.poll(() => told).toEqual(['a1 ready'])
    await records.close()
  })

  it('early disposal: ends what is open, and lets go of every stream', async () => {
    const { records, recorded, told, trouble, observed, send, step } = create({
      continuous: true,
      main: true,
    })
    recorded.fragments$.next(initFragment())
    send(0, 10)
    step('a1', 'new', 8)
    const closed = records.close()
    trouble.unsubscribe()
    await closed
    expect(told).toEqual(['a1 ready'])
    recorded.fragments$.complete()
    expect(observed()).toBe(0)
  })

  it('overflow: more alerts at once than clips may be open get none, and that is counted', async () => {
    const { records, recorded, drops, send, step } = create()
    recorded.fragments$.next(initFragment())
    send(0, 10)
    const paths = Array.from({ length: 20 }, (_, n) => step(`a${n}`, 'new', 8))
    expect(paths.filter((path) => path !== null)).toHaveLength(17)
    expect(Object.values(drops).reduce((sum, count) => sum + count, 0)).toBe(3)
    await records.close()
  })
})
