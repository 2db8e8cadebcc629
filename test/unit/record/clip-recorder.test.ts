import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { Subject } from 'rxjs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Fragment } from '../../../src/core/frame.ts'
import type { UnavailableClip } from '../../../src/core/recorded-clip.ts'
import { forgetPart } from '../../../src/record/clip/finish-clip.ts'
import type { FinishedClip } from '../../../src/record/clip/finished-clip.ts'
import { type RecoverOptions, recoverClips } from '../../../src/record/clip/recover-clips.ts'
import { type ClipRecorderOptions, createClipRecorder } from '../../../src/record/clip-recorder.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { createFakeClock } from '../infer/fake-clock.ts'
import { createFakeFfmpeg, fragmentsIn } from './fake-ffmpeg.ts'
import { boxOf, countingTelemetry, fragmentUs, initFragment, mediaFragment } from './sample-fragments.ts'

let dir: string
beforeEach(() => {
  dir = tempDir('recorder')
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

type Fails = (args: readonly string[]) => string | null

function recorderOf(more: Partial<ClipRecorderOptions> & { fails?: Fails } = {}) {
  const { fails, ...rest } = more
  const time = createFakeClock()
  const counted = countingTelemetry()
  const ffmpeg = createFakeFfmpeg(fails ? { fails } : {})
  const source = new Subject<Fragment>()
  const recorder = createClipRecorder({
    cameraId: 'gate',
    fragments$: source,
    dir,
    preRollMs: 2000,
    postRollMs: 1000,
    maxClipMs: 60_000,
    spawn: ffmpeg.spawn,
    clock: time.clock,
    telemetry: counted.telemetry,
    ...rest,
  })
  const clips: FinishedClip[] = []
  recorder.clips$.subscribe((clip) => clips.push(clip))
  const lost: string[] = []
  recorder.unavailable$.subscribe(({ alertId, reason }) => lost.push(`${alertId} ${reason}`))
  /** Sends the fragments of these numbers; the first of a connection is preceded by its init segment. */
  const send = (from: number, to: number, epoch = 1) => {
    if (from === 0) source.next(initFragment({ epoch }))
    for (let index = from; index <= to; index += 1) source.next(mediaFragment(index, { epoch }))
  }
  const pieces = (clip: FinishedClip) => fragmentsIn(readFileSync(clip.path))
  return { ...counted, ...ffmpeg, time, source, recorder, clips, lost, send, pieces }
}

/** What the next start makes of what was left. */
async function recover(options: Pick<RecoverOptions, 'dir' | 'spawn' | 'clock' | 'telemetry'>) {
  const recovered: FinishedClip[] = []
  const lost: UnavailableClip[] = []
  const recovery = await recoverClips({
    ...options,
    onRecovered: (clip) => recovered.push(clip),
    onLost: (clip) => lost.push(clip),
  })
  await recovery.finish()
  return { recovered, lost }
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n)
const at = (index: number) => index * fragmentUs

describe('clip recorder', () => {
  it('begins at the keyframe before the pre-roll and ends after the post-roll', async () => {
    const { recorder, send, clips, pieces, drops } = recorderOf()
    send(0, 33)
    const path = recorder.begin('a1', at(27), 1)
    send(34, 40)
    recorder.end('a1', at(40))
    send(41, 60)
    await recorder.close()
    // Pre-roll asked from 17 on: the keyframe before is 15. Post-roll: up to the end of 44.
    expect(clips).toHaveLength(1)
    expect(pieces(clips[0]!)).toEqual(range(15, 44))
    expect(clips[0]).toMatchObject({
      alertId: 'a1',
      cameraId: 'gate',
      epoch: 1,
      path,
      firstPtsUs: at(15),
      lastPtsUs: at(45),
      durationMs: 6000,
      preRollMs: 2400,
    })
    expect(clips[0]!.reason).toBeUndefined()
    expect(drops).toEqual({})
    expect(readdirSync(join(path!, '..')).sort()).toEqual(['a1.jpg', 'a1.mp4', 'a1.mp4.part'])
    expect(clips[0]!.thumbnailPath).toBe(path!.replace('.mp4', '.jpg'))
    expect(clips[0]!.bytes).toBe(readFileSync(path!).length)
  })

  it('cuts off what was recorded before it heard of the end', async () => {
    const { recorder, send, clips, runs } = recorderOf()
    send(0, 12)
    recorder.begin('a1', at(10), 1)
    send(13, 40)
    recorder.end('a1', at(20))
    await recorder.close()
    expect(runs[0]).toContain(`${at(25)}us`)
    expect(clips.map(({ durationMs, firstPtsUs, reason }) => [durationMs, firstPtsUs, reason])).toEqual([
      [5000, 0, undefined],
    ])
  })

  it('says how much pre-roll there was when there is less than asked', async () => {
    const { recorder, send, clips } = recorderOf()
    send(0, 5)
    recorder.begin('a1', at(3), 1)
    recorder.end('a1', at(3))
    send(6, 9)
    await recorder.close()
    expect(clips.map(({ preRollMs, reason }) => [preRollMs, reason])).toEqual([[600, undefined]])
  })

  it('records overlapping alerts each by itself', async () => {
    const { recorder, send, clips, pieces } = recorderOf()
    send(0, 20)
    recorder.begin('a1', at(20), 1)
    send(21, 24)
    recorder.begin('a2', at(24), 1)
    recorder.begin('a1', at(24), 1)
    send(25, 26)
    recorder.end('a2', at(26))
    send(27, 34)
    recorder.end('a1', at(34))
    send(35, 60)
    await recorder.close()
    expect(clips.map((clip) => [clip.alertId, pieces(clip)])).toEqual([
      ['a2', range(10, 30)],
      ['a1', range(10, 38)],
    ])
  })

  it('ends clips early at a reconnect and says so', async () => {
    const { recorder, send, clips, pieces } = recorderOf()
    send(0, 12)
    recorder.begin('a1', at(12), 1)
    send(13, 14)
    send(0, 20, 2)
    recorder.end('a1', at(14))
    await recorder.close()
    expect(clips.map((clip) => [clip.reason, clip.epoch, pieces(clip)])).toEqual([
      ['camera_lost', 1, range(0, 14)],
    ])
  })

  it('still has the media before a reconnect for an alert that comes after it, for a while', async () => {
    const { recorder, send, clips, pieces, drops, time } = recorderOf({ lateMs: 5000 })
    send(0, 12)
    send(0, 3, 2)
    recorder.begin('a1', at(12), 1)
    await time.pass(5001)
    expect(recorder.begin('a2', at(12), 1)).toBeNull()
    await recorder.close()
    expect(clips.map((clip) => [clip.alertId, clip.reason, pieces(clip)])).toEqual([
      ['a1', 'camera_lost', range(0, 12)],
    ])
    expect(drops).toEqual({ too_late: 1 })
  })

  it('waits for the first keyframe of a connection whose packets come later than its pictures', async () => {
    const { recorder, send, clips, pieces } = recorderOf()
    send(0, 7)
    recorder.begin('a1', 0, 2)
    send(8, 9)
    send(0, 3, 2)
    recorder.end('a1', 0)
    send(4, 8, 2)
    await recorder.close()
    expect(clips.map((clip) => [clip.epoch, pieces(clip)])).toEqual([[2, range(0, 4)]])
  })

  it('ends clips early when the init segment changes', async () => {
    const { recorder, source, send, clips, pieces } = recorderOf()
    send(0, 12)
    recorder.begin('a1', at(12), 1)
    source.next(initFragment({ data: boxOf('moov', 9) }))
    send(15, 20)
    await recorder.close()
    expect(clips.map((clip) => [clip.reason, pieces(clip)])).toEqual([['stream_changed', range(0, 12)]])
  })

  it('ends a clip that becomes too long, and only that one', async () => {
    const { recorder, send, clips, pieces } = recorderOf({ maxClipMs: 4000 })
    send(0, 12)
    recorder.begin('a1', at(12), 1)
    send(13, 18)
    recorder.begin('a2', at(18), 1)
    send(19, 22)
    recorder.end('a2', at(18))
    send(23, 40)
    recorder.end('a1', at(40))
    await recorder.close()
    expect(clips.map((clip) => [clip.alertId, clip.reason, pieces(clip)])).toEqual([
      ['a1', 'max_length', range(0, 19)],
      ['a2', undefined, range(5, 22)],
    ])
  })

  it('ends clips of a camera that falls silent', async () => {
    const { recorder, send, clips, time } = recorderOf({ silenceMs: 3000 })
    send(0, 5)
    recorder.begin('a1', at(5), 1)
    await time.pass(2000)
    send(6, 7)
    await time.pass(2900)
    send(8, 8)
    await time.pass(3001)
    recorder.end('a1', at(8))
    await recorder.close()
    expect(clips.map(({ reason, durationMs }) => [reason, durationMs])).toEqual([['camera_lost', 1800]])
    expect(time.timers).toBe(0)
  })

  it.each(['complete', 'error'] as const)('ends clips when the source has a %s', async (how) => {
    const { recorder, send, clips, source } = recorderOf()
    send(0, 5)
    recorder.begin('a1', at(5), 1)
    if (how === 'error') source.error(new Error('gone'))
    else source.complete()
    await expect
      .poll(() => clips.map(({ reason }) => reason))
      .toEqual([how === 'error' ? 'camera_lost' : 'shutdown'])
    await recorder.close()
  })

  it('finishes what is open when it is closed, and takes nothing afterwards', async () => {
    const { recorder, send, clips, drops, time } = recorderOf()
    send(0, 5)
    recorder.begin('a1', at(5), 1)
    await recorder.close()
    expect(clips.map(({ reason }) => reason)).toEqual(['shutdown'])
    expect(recorder.begin('a2', at(5), 1)).toBeNull()
    expect(drops).toEqual({ closed: 1 })
    expect(time.timers).toBe(0)
  })

  it('counts an alert for which nothing came', async () => {
    const { recorder, source, clips, drops } = recorderOf()
    recorder.begin('a1', 0, 1)
    recorder.end('a1', 0)
    source.next(initFragment())
    for (const index of [1, 2, 3, 4, 5]) source.next(mediaFragment(index))
    await recorder.close()
    expect(clips).toEqual([])
    expect(drops).toMatchObject({ nothing_recorded: 1 })
    expect(existsSync(join(dir, 'gate'))).toBe(false)
  })

  it('refuses more clips at once than it may have, and counts them', async () => {
    const { recorder, send, clips, drops } = recorderOf({ maxOpenClips: 2 })
    send(0, 5)
    expect(['a1', 'a2', 'a3'].map((id) => recorder.begin(id, at(5), 1) !== null)).toEqual([true, true, false])
    await recorder.close()
    expect(clips).toHaveLength(2)
    expect(drops).toEqual({ too_many_clips: 1 })
  })
})

describe('a clip whose time does not come', () => {
  /** Fragments come, and all say the same time. */
  const standStill = async (one: ReturnType<typeof recorderOf>, index: number, forMs: number) => {
    for (let passedMs = 0; passedMs < forMs; passedMs += 500) {
      await one.time.pass(500)
      one.source.next(mediaFragment(index))
    }
  }

  it('ends by the time that passes here: the post-roll, or the longest clip', async () => {
    const one = recorderOf({ silenceMs: 5000, maxClipMs: 20_000 })
    one.send(0, 12)
    one.recorder.begin('a1', at(12), 1)
    one.recorder.begin('a2', at(12), 1)
    one.recorder.end('a1', at(12))
    await standStill(one, 12, 7000)
    await expect
      .poll(() => one.clips.map(({ alertId, reason }) => [alertId, reason]))
      .toEqual([['a1', 'stream_changed']])
    await standStill(one, 12, 19_000)
    await expect.poll(() => one.clips.length).toBe(2)
    expect(one.clips[1]).toMatchObject({ alertId: 'a2', reason: 'stream_changed' })
    await one.recorder.close()
    expect(one.time.timers).toBe(0)
  })

  it.each([
    ['back by an hour', -3600 * 5],
    ['ahead by an hour', 3600 * 5],
    ['to near the end of all numbers', 5e14],
  ])('ends when time jumps %s, and no later one has it in its pre-roll', async (_name, by) => {
    const { recorder, source, send, clips } = recorderOf()
    send(0, 12)
    recorder.begin('a1', at(12), 1)
    send(13, 14)
    for (const index of [15, 16, 17, 18, 19])
      source.next(mediaFragment(index, { ptsUs: (index + by) * fragmentUs }))
    recorder.begin('a2', (19 + by) * fragmentUs, 1)
    recorder.end('a2', (19 + by) * fragmentUs)
    for (const index of [20, 21, 22, 23, 24, 25])
      source.next(mediaFragment(index, { ptsUs: (index + by) * fragmentUs }))
    await recorder.close()
    expect(clips.map(({ alertId, reason, durationMs }) => [alertId, reason, durationMs])).toEqual([
      ['a1', 'stream_changed', 3000],
      ['a2', undefined, 1800],
    ])
    for (const { preRollMs } of clips) expect(preRollMs).toBeLessThan(3000)
  })

  it('never outlives what was asked by more than the silence that is borne, whatever the stream says', async () => {
    const moment = fc.oneof(
      { weight: 6, arbitrary: fc.constant({ kind: 'next' as const, by: 1 }) },
      {
        arbitrary: fc.record({
          kind: fc.constant('step' as const),
          by: fc.integer({ min: -20_000, max: 20_000 }),
        }),
        weight: 2,
      },
      { arbitrary: fc.constant({ kind: 'epoch' as const, by: 0 }), weight: 1 },
      { arbitrary: fc.constant({ kind: 'still' as const, by: 0 }), weight: 2 },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(moment, { minLength: 20, maxLength: 120 }), async (moments) => {
        const one = recorderOf({ silenceMs: 3000, maxClipMs: 8000, maxOpenClips: 100, lateMs: 1000 })
        let index = 0
        let epoch = 1
        let begun = 0
        one.source.next(initFragment())
        let count = 0
        for (const { kind, by } of moments) {
          await one.time.pass(200)
          if (kind === 'epoch') {
            epoch += 1
            one.source.next(initFragment({ epoch }))
          }
          if (kind !== 'still') index += by
          one.source.next(mediaFragment(index, { epoch, keyframe: count % 5 === 0 }))
          if (count % 10 === 0) {
            const alertId = `a${count}`
            if (one.recorder.begin(alertId, index * fragmentUs, epoch)) begun += 1
            if (count % 20 === 0) one.recorder.end(alertId, index * fragmentUs)
          }
          count += 1
        }
        // Packets go on coming, but their time does not: nothing is open any more when the longest clip has passed.
        await standStill(one, index, 8000 + 3000 + 1000)
        await expect.poll(() => one.clips.length + one.lost.length).toBe(begun)
        expect(one.time.timers).toBe(0)
        for (const { preRollMs, durationMs } of one.clips) {
          expect(preRollMs).toBeLessThan(30_000)
          expect(durationMs).toBeLessThan(60_000)
        }
        await one.recorder.close()
        rmSync(join(dir, 'gate'), { recursive: true, force: true })
      }),
      { numRuns: 15 },
    )
  })
})

describe('a stop that has no time', () => {
  it('leaves what ffmpeg works on to the next start, which makes it as it was meant', async () => {
    const { recorder, send, clips, runs, logs } = recorderOf({
      fails: (args) => (args.includes('copy') ? 'hangs' : null),
    })
    send(0, 12)
    const path = recorder.begin('a1', at(10), 1)!
    recorder.begin('a2', at(10), 1)
    send(13, 40)
    recorder.end('a1', at(20))
    await expect.poll(() => runs.length).toBe(1)
    const hurry = new AbortController()
    const closing = recorder.close(hurry.signal)
    hurry.abort()
    await closing
    expect(clips).toEqual([])
    expect(logs.at(-1)).toMatchObject({ level: 'warn', fields: { clips: 2 } })
    expect(readdirSync(join(path, '..')).sort()).toEqual(['a1.mp4.part', 'a2.mp4.part'])
    const again = createFakeFfmpeg()
    const { telemetry } = countingTelemetry()
    const { recovered } = await recover({
      dir,
      spawn: again.spawn,
      clock: createFakeClock().clock,
      telemetry,
    })
    expect(recovered.map(({ alertId, durationMs, reason }) => [alertId, durationMs, reason])).toEqual([
      ['a1', 5000, undefined],
      ['a2', 8200, 'shutdown'],
    ])
  })
})

describe('clips that will not come', () => {
  it('are told with why', async () => {
    const { recorder, source, send, lost, time } = recorderOf({ silenceMs: 3000, maxOpenClips: 20 })
    recorder.begin('none', 0, 1)
    await time.pass(3000)
    expect(lost).toEqual(['none nothing_recorded'])
    send(0, 5)
    mkdirSync(join(dir, 'gate'), { recursive: true })
    const path = recorder.begin('gone', at(5), 1)!
    await expect.poll(() => existsSync(`${path}.part`)).toBe(true)
    rmSync(`${path}.part`)
    recorder.end('gone', at(5))
    for (const index of [6, 7, 8, 9, 10, 11]) source.next(mediaFragment(index))
    await expect.poll(() => lost.length).toBe(2)
    rmSync(dir, { recursive: true })
    recorder.begin('nowhere', at(11), 1)
    await expect.poll(() => lost).toEqual(['none nothing_recorded', 'gone removed', 'nowhere disk_error'])
    // What was taken away is not made again, so that it is noticed.
    expect(existsSync(dir)).toBe(false)
    await recorder.close()
  })

  it('are tried again while the process runs, and set aside when ffmpeg refuses each time', async () => {
    let problem: string | null = 'av_interleaved_write_frame(): No space left on device'
    const fails: Fails = (args) => (args.includes('copy') ? problem : null)
    const { recorder, send, clips, lost, time, counts } = recorderOf({ fails })
    send(0, 12)
    recorder.begin('a1', at(10), 1)
    recorder.end('a1', at(10))
    send(13, 40)
    const failures = (code: string) => counts[`vireo_record_failures_total gate ${code}`] ?? 0
    for (const times of [1, 2, 3, 4, 5]) {
      await expect.poll(() => failures('STORE_CLIP')).toBe(times)
      await time.pass(60_000)
    }
    problem = 'Invalid data'
    recorder.begin('a2', at(38), 1)
    recorder.end('a2', at(34))
    problem = null
    await time.pass(60_000)
    await expect.poll(() => clips.some(({ alertId }) => alertId === 'a1')).toBe(true)
    problem = 'Invalid data'
    recorder.begin('a3', at(38), 1)
    recorder.end('a3', at(30))
    for (const times of [1, 2, 3]) {
      await expect.poll(() => failures('MEDIA_FFMPEG_FAILED'), { timeout: 10_000 }).toBe(times)
      await time.pass(60_000)
    }
    await expect.poll(() => lost).toEqual(['a3 unreadable'])
    await recorder.close()
  })

  it('are for the user alone who records them', async () => {
    const { recorder, send, clips } = recorderOf()
    send(0, 12)
    recorder.begin('a1', at(12), 1)
    await recorder.close()
    const { path, thumbnailPath } = clips[0]!
    for (const file of [path, `${path}.part`, thumbnailPath!]) expect(statSync(file).mode & 0o077).toBe(0)
    for (const folder of [join(path, '..'), join(path, '../..')])
      expect(statSync(folder).mode & 0o077).toBe(0)
  })
})

describe('clips that cannot be finished', () => {
  const remux = ([program, ...args]: readonly string[]) => program === 'ffmpeg' && args.includes('copy')

  it.each([
    ['ffmpeg fails', 'Invalid data', 'MEDIA_FFMPEG_FAILED'],
    ['the disk is full', 'av_interleaved_write_frame(): No space left on device', 'STORE_CLIP'],
  ])('stay as parts when %s, and are finished at the next start', async (_name, problem, code) => {
    const { recorder, send, clips, counts, logs } = recorderOf({
      fails: (args) => (remux(args) ? problem : null),
    })
    send(0, 12)
    const path = recorder.begin('a1', at(12), 1)!
    await recorder.close()
    expect(clips).toEqual([])
    expect(counts).toEqual({ [`vireo_record_failures_total gate ${code}`]: 1 })
    expect(logs.filter(({ level }) => level === 'error').map(({ fields }) => fields.code)).toEqual([code])
    expect(readdirSync(join(path, '..'))).toEqual(['a1.mp4.part'])

    const { telemetry } = countingTelemetry()
    const { clock } = createFakeClock()
    writeFileSync(`${path}.tmp`, 'of a crash')
    const { recovered } = await recover({ dir, spawn: createFakeFfmpeg().spawn, clock, telemetry })
    expect(recovered).toMatchObject([
      {
        alertId: 'a1',
        path,
        epoch: 1,
        firstPtsUs: 0,
        lastPtsUs: at(13),
        preRollMs: 2400,
        // It ended in order; only the making of the file is done again.
        reason: 'shutdown',
      },
    ])
    expect(fragmentsIn(readFileSync(path))).toEqual(range(0, 12))
    // Until the database has it, it is made again: nothing is lost when the process dies in between.
    expect(readdirSync(join(path, '..')).sort()).toEqual(['a1.jpg', 'a1.mp4', 'a1.mp4.part'])
    await forgetPart(path)
    expect(readdirSync(join(path, '..')).sort()).toEqual(['a1.jpg', 'a1.mp4'])
    expect((await recover({ dir, spawn: createFakeFfmpeg().spawn, clock, telemetry })).recovered).toEqual([])
  })

  it('does not let one that fails again hold up the others, and removes one that holds nothing', async () => {
    const fails: Fails = (args) =>
      remux(args) && args.some((arg) => arg.includes('a1.mp4')) ? 'broken' : null
    const { recorder, send, clips, counts } = recorderOf({ fails })
    send(0, 12)
    const path = recorder.begin('a1', at(12), 1)!
    recorder.begin('a2', at(12), 1)
    await recorder.close()
    expect(clips.map(({ alertId }) => alertId)).toEqual(['a2'])
    await forgetPart(clips[0]!.path)
    expect(counts).toMatchObject({ 'vireo_record_clips_total gate shutdown': 1 })
    writeFileSync(path.replace('a1', 'a0').concat('.part'), 'nothing')
    const { telemetry, drops, counts: later } = countingTelemetry()
    const { spawn } = createFakeFfmpeg({ fails })
    const again = { dir, spawn, clock: createFakeClock().clock, telemetry }
    expect(await recover(again)).toEqual({
      recovered: [],
      lost: [
        { cameraId: 'gate', alertId: 'a0', reason: 'crashed' },
        { cameraId: 'gate', alertId: 'a1', reason: 'unreadable' },
      ],
    })
    expect(drops).toEqual({ nothing_recorded: 1, unreadable: 1 })
    expect(later).toEqual({ 'vireo_record_failures_total gate MEDIA_FFMPEG_FAILED': 1 })
    expect(readdirSync(join(path, '..')).sort()).toEqual(['a2.jpg', 'a2.mp4'])
    // It is kept for people to look at, but not tried again.
    expect(readdirSync(join(path, '../../set-aside'))).toEqual(['a1.mp4.broken'])
    expect(await recover(again)).toEqual({ recovered: [], lost: [] })
  })

  it('kills an ffmpeg that hangs', async () => {
    const { recorder, send, clips, time, runs, logs } = recorderOf({
      fails: (args) => (remux(args) ? 'hangs' : null),
    })
    send(0, 5)
    recorder.begin('a1', at(5), 1)
    const closing = recorder.close()
    await expect.poll(() => runs.length).toBe(1)
    await time.pass(60_001)
    await closing
    expect(clips).toEqual([])
    expect(logs.at(-1)!.message).toContain('took longer than 60 s')
  })

  it('shows in its thumbnail what the alert is about, not the pre-roll', async () => {
    const { recorder, send, runs } = recorderOf()
    send(0, 33)
    recorder.begin('a1', at(27), 1)
    send(34, 40)
    recorder.end('a1', at(40))
    send(41, 60)
    await recorder.close()
    const args = runs.find((each) => each.includes('mjpeg'))!
    // The clip begins at 15: 2400 ms of pre-roll, and a little.
    expect(args[args.indexOf('-ss') + 1]).toBe('2800ms')
    expect(args.indexOf('-ss')).toBeLessThan(args.indexOf('-i'))
  })

  it('shows the end of a clip that ends with its alert, and what there is when that has no picture', async () => {
    const tried: (string | undefined)[] = []
    const { recorder, send, clips } = recorderOf({
      fails(args) {
        if (!args.includes('mjpeg')) return null
        const seek = args.indexOf('-ss')
        tried.push(seek < 0 ? undefined : args[seek + 1])
        return seek < 0 ? null : 'nothing there'
      },
    })
    send(0, 5)
    recorder.begin('a1', at(5), 1)
    await recorder.close()
    expect(tried).toEqual(['700ms', undefined])
    expect(clips[0]!.thumbnailPath).not.toBeNull()
  })

  it('has no thumbnail, but a clip, when no frame can be decoded', async () => {
    const { recorder, send, clips } = recorderOf({
      fails: (args) => (args.includes('mjpeg') ? 'bad frame' : null),
    })
    send(0, 5)
    recorder.begin('a1', at(5), 1)
    await recorder.close()
    expect(clips).toMatchObject([{ thumbnailPath: null, alertId: 'a1' }])
    expect(readdirSync(join(clips[0]!.path, '..')).sort()).toEqual(['a1.mp4', 'a1.mp4.part'])
  })
})
