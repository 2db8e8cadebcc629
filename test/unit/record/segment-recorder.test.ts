import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Subject } from 'rxjs'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Fragment } from '../../../src/core/frame.ts'
import { noTelemetry } from '../../../src/core/telemetry-port.ts'
import { recoverSegments } from '../../../src/record/recover-segments.ts'
import { createSegmentRecorder } from '../../../src/record/segment-recorder.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { createFakeClock } from '../infer/fake-clock.ts'
import { fragmentsIn } from './fake-ffmpeg.ts'
import { boxOf, countingTelemetry, initFragment, mediaFragment } from './sample-fragments.ts'

let dir: string
beforeEach(() => {
  dir = tempDir('segments')
})

const day = '2027-01-15'

function recorderOf(segmentMs = 2000) {
  const counted = countingTelemetry()
  const time = createFakeClock()
  const source = new Subject<Fragment>()
  const recorder = createSegmentRecorder({
    cameraId: 'gate',
    fragments$: source,
    dir,
    segmentMs,
    clock: time.clock,
    telemetry: counted.telemetry,
  })
  const send = (from: number, to: number, more: Partial<Fragment> = {}) => {
    for (let index = from; index <= to; index += 1) source.next(mediaFragment(index, more))
  }
  const files = () => readdirSync(join(dir, 'gate', day)).sort()
  const pieces = () => files().map((name) => fragmentsIn(readFileSync(join(dir, 'gate', day, name))))
  return { ...counted, time, source, recorder, send, files, pieces }
}
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n)

describe('segment recorder', () => {
  it('cuts at the first keyframe after the length, and loses nothing', async () => {
    const { recorder, source, send, files, pieces, counts } = recorderOf()
    source.next(initFragment())
    send(0, 27)
    await recorder.close()
    expect(files()).toEqual(['080000000-1.mp4', '080002000-1.mp4', '080004000-1.mp4'])
    expect(pieces()).toEqual([range(0, 9), range(10, 19), range(20, 27)])
    expect(counts).toEqual({ 'vireo_record_segments_total gate': 3 })
  })

  it('begins with a keyframe, and anew with another connection, codec or time that runs backwards', async () => {
    const { recorder, source, send, pieces } = recorderOf(60_000)
    send(0, 4)
    source.next(initFragment())
    send(3, 7)
    source.next(initFragment())
    send(8, 9)
    source.next(initFragment({ data: boxOf('moov', 20) }))
    send(10, 12)
    source.next(initFragment({ epoch: 2, data: boxOf('moov', 20) }))
    send(15, 16, { epoch: 2 })
    send(20, 21, { epoch: 1 })
    send(5, 6, { epoch: 2, arrivalMs: 1_800_000_009_000 })
    await recorder.close()
    expect(pieces()).toEqual([range(5, 9), range(10, 12), range(15, 16), range(5, 6)])
  })

  it('goes on after the disk refused one, and says so once', async () => {
    const { recorder, source, send, logs, counts, pieces, time } = recorderOf(60_000)
    mkdirSync(join(dir, 'gate'))
    writeFileSync(join(dir, 'gate', day), 'a file where the folder belongs')
    source.next(initFragment())
    send(0, 5)
    await expect.poll(() => logs.length).toBe(1)
    rmSync(join(dir, 'gate', day))
    send(6, 49)
    await time.pass(10_000)
    send(50, 62)
    await recorder.close()
    expect(counts).toMatchObject({ 'vireo_record_failures_total gate STORE_CLIP': 1 })
    expect(logs.map(({ level }) => level)).toEqual(['error'])
    expect(pieces()).toEqual([range(50, 62)])
  })

  it('gives what a crash left its name', async () => {
    const folder = join(dir, 'gate', day)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, '080000000-1.mp4.part'), boxOf('mdat', 20))
    writeFileSync(join(folder, '080001000-1.mp4.part'), boxOf('moov', 20))
    expect(await recoverSegments(dir, noTelemetry)).toBe(1)
    expect(readdirSync(folder)).toEqual(['080000000-1.mp4'])
    expect(await recoverSegments(join(dir, 'none'), noTelemetry)).toBe(0)
  })
})
