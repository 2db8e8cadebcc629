import { mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createClipFolder, joinFolders, type RecordingFolder } from '../../../src/record/clip/clip-folder.ts'
import { clipStandings, isExpendable } from '../../../src/record/clip/clip-standing.ts'
import { planRetention, type RetentionLimits, type StoredClip } from '../../../src/record/plan-retention.ts'
import { createRetention } from '../../../src/record/retention.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { createFakeClock, settled } from '../infer/fake-clock.ts'
import { countingTelemetry } from './sample-fragments.ts'

const limits: RetentionLimits = {
  maxAgeMs: ({ kind }) => (kind === 'clips' ? 1000 : 200),
  maxBytesOf: (cameraId) => (cameraId === 'small' ? 30 : 100),
  lowFreeBytes: 50,
  enoughFreeBytes: 80,
}
const clip = (alertId: string, changedMs: number, more: Partial<StoredClip> = {}): StoredClip => ({
  alertId,
  cameraId: 'gate',
  kind: 'clips',
  paths: [`/clips/${alertId}.mp4`, `/clips/${alertId}.jpg`],
  bytes: 20,
  changedMs,
  standing: 'free',
  ...more,
})
const plan = (
  clips: readonly StoredClip[],
  more: { freeBytes?: number; limits?: Partial<RetentionLimits> } = {},
) => {
  const { remove, ...rest } = planRetention({
    clips,
    nowMs: 2000,
    freeBytes: more.freeBytes ?? 1000,
    limits: { ...limits, ...more.limits },
  })
  return { ...rest, remove: remove.map((item) => `${item.clip.alertId} ${item.reason}`) }
}

describe('planRetention', () => {
  it('keeps everything within the limits', () => {
    expect(plan([clip('a', 1000), clip('b', 1500)])).toEqual({ remove: [], missingBytes: 0, overQuota: [] })
    expect(plan([])).toEqual({ remove: [], missingBytes: 0, overQuota: [] })
  })

  it('has an age for each kind and a size for each camera', () => {
    const segment = (alertId: string, changedMs: number) => clip(alertId, changedMs, { kind: 'segments' })
    expect(plan([clip('a', 1500), segment('b', 1500), segment('c', 1900)]).remove).toEqual(['b age'])
    const small = { cameraId: 'small' }
    expect(plan([clip('a', 1500, small), clip('b', 1600, small)]).remove).toEqual(['a camera_bytes'])
  })

  it('removes what is too old, but not what waits for a review', () => {
    expect(plan([clip('b', 999), clip('a', 5, { standing: 'unreviewed' }), clip('c', 7)]).remove).toEqual([
      'c age',
      'b age',
    ])
  })

  it('removes the oldest of a camera that has too much, and of no other', () => {
    const clips = [1, 2, 3, 4, 5, 6].map((n) =>
      clip(`g${n}`, 1000 + n, { standing: n === 1 ? 'unreviewed' : 'free' }),
    )
    const other = clip('y1', 1000, { cameraId: 'yard', bytes: 100 })
    expect(plan([...clips, other]).remove).toEqual(['g2 camera_bytes'])
  })

  it('keeps protected clips that alone are too much, and says so', () => {
    const clips = [1, 2, 3].map((n) =>
      clip(`g${n}`, 1000 + n, { standing: n < 3 ? 'unreviewed' : 'free', bytes: 60 }),
    )
    expect(plan(clips)).toEqual({ remove: ['g3 camera_bytes'], missingBytes: 0, overQuota: ['gate'] })
  })

  it('sheds the oldest of all cameras until there is enough space again', () => {
    const clips = [
      clip('g', 1300),
      clip('y', 1200, { cameraId: 'yard' }),
      clip('p', 1100, { standing: 'unreviewed' }),
      clip('z', 1400, { cameraId: 'yard' }),
    ]
    expect(plan(clips, { freeBytes: 49 })).toEqual({
      remove: ['y disk_low', 'g disk_low'],
      missingBytes: 0,
      overQuota: [],
    })
    expect(plan(clips, { freeBytes: 50 }).remove).toEqual([])
  })

  it('touches protected clips only when nothing else is left, and only as far as it must', () => {
    const clips = [
      clip('p1', 1100, { standing: 'unreviewed' }),
      clip('p2', 1200, { standing: 'unreviewed' }),
      clip('u', 1300),
      clip('p3', 1000, { standing: 'unreviewed' }),
    ]
    expect(plan(clips, { freeBytes: 25 })).toEqual({
      remove: ['u disk_low', 'p3 unreviewed'],
      missingBytes: 0,
      overQuota: [],
    })
    expect(plan(clips, { freeBytes: 40 }).remove).toEqual(['u disk_low'])
  })

  it('lets samples go first, at an age of their own', () => {
    const age = { maxAgeMs: ({ standing }: { standing: string }) => (standing === 'sample' ? 100 : 1000) }
    expect(plan([clip('a', 1500), clip('s', 1850, { standing: 'sample' })], { limits: age }).remove).toEqual([
      's age',
    ])
    const clips = [1, 2, 3, 4, 5].map((n) => clip(`g${n}`, 1000 + n))
    expect(plan([...clips, clip('s', 1900, { standing: 'sample' })]).remove).toEqual(['s camera_bytes'])
    expect(
      plan([clip('a', 1500), clip('s', 1900, { standing: 'sample' })], { freeBytes: 49 }).remove,
    ).toEqual([...['s disk_low', 'a disk_low']])
  })

  it('keeps labelled footage whatever its age and size, and gives it up last of all', () => {
    const clips = [
      clip('l', 1, { standing: 'labelled', bytes: 200 }),
      clip('u', 1300, { standing: 'unreviewed', cameraId: 'yard' }),
    ]
    expect(plan(clips)).toEqual({ remove: [], missingBytes: 0, overQuota: ['gate'] })
    expect(plan(clips, { freeBytes: 35 }).remove).toEqual(['u unreviewed'])
    expect(plan(clips, { freeBytes: 5 }).remove).toEqual(['u unreviewed', 'l labelled'])
  })

  it('says how much is missing when there is nothing left', () => {
    expect(plan([clip('p', 1100, { standing: 'unreviewed' })], { freeBytes: 10 })).toMatchObject({
      missingBytes: 20,
    })
  })

  it('keeps its promises for any clips', () => {
    const clipOf = fc.record({
      cameraId: fc.constantFrom('gate', 'yard', 'hall'),
      bytes: fc.integer({ min: 0, max: 60 }),
      changedMs: fc.integer({ min: 0, max: 2000 }),
      standing: fc.constantFrom(...clipStandings),
    })
    fc.assert(
      fc.property(fc.array(clipOf, { maxLength: 30 }), fc.nat(200), (made, freeBytes) => {
        const clips = made.map((fields, n) => clip(`c${n}`, 0, fields))
        const result = planRetention({ clips, nowMs: 2000, freeBytes, limits })
        const gone = new Map(result.remove.map((item) => [item.clip, item.reason]))
        expect(gone.size).toBe(result.remove.length)
        const left = clips.filter((each) => !gone.has(each))
        const freed = freeBytes + [...gone.keys()].reduce((sum, { bytes }) => sum + bytes, 0)
        expect(result.missingBytes).toBe(Math.max(0, limits.lowFreeBytes - freed))
        if (result.missingBytes > 0) expect(left).toEqual([])
        expect(left.some((each) => isExpendable(each.standing) && 2000 - each.changedMs > 1000)).toBe(false)
        for (const [{ standing }, reason] of gone)
          expect(isExpendable(standing) ? 'expendable' : standing).toBe(
            ['unreviewed', 'labelled'].includes(reason) ? reason : 'expendable',
          )
        if ([...gone.values()].includes('labelled'))
          expect(left.filter(({ standing }) => standing !== 'labelled')).toEqual([])
        if (result.remove.some(({ reason }) => reason === 'unreviewed' || reason === 'labelled')) {
          expect(left.filter((each) => isExpendable(each.standing))).toEqual([])
          const last = result.remove.at(-1)!.clip
          expect(freed - last.bytes).toBeLessThan(limits.lowFreeBytes)
        }
        for (const cameraId of ['gate', 'yard', 'hall']) {
          const own = left.filter((each) => each.cameraId === cameraId)
          const bytes = own.reduce((sum, each) => sum + each.bytes, 0)
          if (bytes > 100) {
            expect(own.every((each) => !isExpendable(each.standing))).toBe(true)
            expect(result.overQuota).toContain(cameraId)
          }
        }
      }),
    )
  })
})

describe('retention', () => {
  function retentionOf(
    clips: readonly StoredClip[],
    more: { freeBytes?: number; stuck?: string; blind?: boolean } = {},
  ) {
    const time = createFakeClock()
    const counted = countingTelemetry()
    let held = [...clips]
    const removed: string[] = []
    const risen = new Set<string>()
    const state = { freeBytes: more.freeBytes ?? 1000, lists: 0 }
    const folder: RecordingFolder = {
      async list() {
        state.lists += 1
        if (more.blind) throw new Error('EACCES')
        return held
      },
      freeBytes: async () => state.freeBytes,
      async remove(path) {
        if (path === more.stuck) throw new Error('EPERM')
        removed.push(path)
        held = held.filter(({ paths }) => !paths.includes(path))
      },
    }
    const told: string[] = []
    const retention = createRetention({
      folder,
      limits: () => ({ ...limits, maxAgeMs: () => 500 }),
      standings: {
        of: ({ alertId }) =>
          risen.has(alertId) ? 'labelled' : clips.find((each) => each.alertId === alertId)!.standing,
      },
      onRemoved: ({ alertId }, reason) => {
        told.push(`${alertId} ${reason}`)
        if (alertId === 'first') risen.add('second')
      },
      everyMs: 100,
      clock: time.clock,
      telemetry: counted.telemetry,
    })
    return { ...counted, time, state, removed, told, retention }
  }

  it('removes all files of a clip, counts it and tells of it', async () => {
    const { retention, removed, told, counts } = retentionOf([clip('a', 100), clip('b', 900)])
    expect(await retention.sweep()).toMatchObject({ failed: 0, missingBytes: 0 })
    expect(removed).toEqual(['/clips/a.mp4', '/clips/a.jpg'])
    expect(told).toEqual(['a age'])
    expect(counts).toEqual({ 'vireo_record_removed_total gate age': 1 })
  })

  it('never removes an unreviewed clip without saying so', async () => {
    const { retention, told, logs } = retentionOf([clip('p', 100, { standing: 'unreviewed' })], {
      freeBytes: 30,
    })
    const report = await retention.sweep()
    expect(report.removed.map(({ reason }) => reason)).toEqual(['unreviewed'])
    expect(told).toEqual(['p unreviewed'])
    expect(logs).toMatchObject([{ level: 'error', fields: { alert: 'p' } }])
    expect(logs[0]!.message).toContain('nobody reviewed')
  })

  it('never removes labelled footage without saying so', async () => {
    const { retention, told, logs } = retentionOf([clip('l', 100, { standing: 'labelled' })], {
      freeBytes: 30,
    })
    await retention.sweep()
    expect(told).toEqual(['l labelled'])
    expect(logs).toMatchObject([{ level: 'error', fields: { alert: 'l', reason: 'labelled' } }])
    expect(logs[0]!.message).toContain('a person labelled or a dataset refers to')
  })

  it('goes on with the next clip when one cannot be removed', async () => {
    const { retention, told, logs } = retentionOf([clip('a', 100), clip('b', 200)], { stuck: '/clips/a.mp4' })
    expect(await retention.sweep()).toMatchObject({ failed: 1 })
    expect(told).toEqual(['b age'])
    expect(logs[0]).toMatchObject({ level: 'error', fields: { alert: 'a' } })
  })

  it('spares a clip that a person labels during the sweep', async () => {
    const { retention, told } = retentionOf([clip('first', 100), clip('second', 200)])
    await retention.sweep()
    expect(told).toEqual(['first age'])
  })

  it('says once that the disk is low for another reason, and again when that comes back', async () => {
    const { retention, logs, state, time } = retentionOf([], { freeBytes: 30 })
    const errors = () => logs.filter(({ level }) => level === 'error').length
    retention.start()
    await settled()
    await time.pass(350)
    expect([state.lists, errors()]).toEqual([4, 1])
    state.freeBytes = 60
    await time.pass(100)
    state.freeBytes = 30
    await time.pass(200)
    expect(errors()).toBe(2)
    await retention.close()
    await time.pass(1000)
    expect([state.lists, time.timers]).toEqual([7, 0])
  })

  it('sweeps once at a time, and survives a folder that cannot be read', async () => {
    const { retention, state, logs } = retentionOf([], { blind: true })
    const [one, two] = await Promise.all([retention.sweep(), retention.sweep()])
    expect(one).toBe(two)
    expect(state.lists).toBe(1)
    expect(logs.map(({ level }) => level)).toEqual(['error'])
    await retention.sweep()
    expect(state.lists).toBe(2)
  })
})

describe('clip folder', () => {
  let dir: string
  beforeEach(() => {
    dir = tempDir('folder')
  })
  afterEach(() => rmSync(dir, { recursive: true, force: true }))

  const nowMs = Date.UTC(2026, 6, 2)
  const put = (name: string, bytes: number, agoMs: number) => {
    const path = join(dir, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, Buffer.alloc(bytes))
    utimesSync(path, (nowMs - agoMs) / 1000, (nowMs - agoMs) / 1000)
    return path
  }

  it('lists clips with all their files, and unfinished ones only when nobody works on them', async () => {
    const day = 'gate/2026-07-01'
    const mp4 = put(`${day}/a1.mp4`, 100, 5000)
    const jpg = put(`${day}/a1.jpg`, 10, 4000)
    put(`${day}/a2.mp4.part`, 70, 60_000)
    put(`${day}/a3.mp4.tmp`, 50, 60_000)
    put(`${day}/a3.mp4.part`, 50, 3_600_000)
    const old = put('yard/2026-06-01/b1.mp4.part', 30, 3_600_000)
    put('yard/2026-06-01/note.txt', 30, 3_600_000)
    put('elsewhere.mp4', 30, 3_600_000)
    const folder = createClipFolder(dir, () => nowMs)
    expect([...(await folder.list())].sort((a, b) => (a.alertId < b.alertId ? -1 : 1))).toEqual([
      { alertId: 'a1', cameraId: 'gate', paths: [jpg, mp4], bytes: 110, changedMs: nowMs - 4000 },
      { alertId: 'b1', cameraId: 'yard', paths: [old], bytes: 30, changedMs: nowMs - 3_600_000 },
    ])
    await folder.remove(old)
    await folder.remove(old)
    expect(await folder.list()).toHaveLength(1)
    expect(() => statSync(old)).toThrow('ENOENT')
    expect(await folder.freeBytes()).toBeGreaterThan(0)
  })

  it('lists clips and segments together', async () => {
    put('clips/gate/2026-07-01/a1.mp4', 100, 5000)
    put('segments/gate/2026-07-01/080000000-1.mp4', 200, 5000)
    const folder = joinFolders({
      clips: createClipFolder(join(dir, 'clips'), () => nowMs),
      segments: createClipFolder(join(dir, 'segments'), () => nowMs),
    })
    expect((await folder.list()).map(({ kind, bytes }) => [kind, bytes])).toEqual([
      ['clips', 100],
      ['segments', 200],
    ])
  })

  it('is empty when nothing was recorded yet', async () => {
    const folder = createClipFolder(join(dir, 'clips'), () => nowMs)
    expect(await folder.list()).toEqual([])
    expect(await folder.freeBytes()).toBeGreaterThan(0)
  })
})
