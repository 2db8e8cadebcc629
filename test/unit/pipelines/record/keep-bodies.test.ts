import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { TrackMoment } from '../../../../pipelines/live/people/scene-watch.ts'
import { createKeepBodies } from '../../../../pipelines/record/keep-bodies.ts'
import type { SampleMoment } from '../../../../src/core/clip-sample.ts'
import type { RecordedClip } from '../../../../src/core/recorded-clip.ts'
import { createClipFolder } from '../../../../src/record/clip/clip-folder.ts'
import { decodeBodies } from '../../../../src/skeleton/body-file.ts'
import { makeFolders } from '../../../../src/store/make-folders.ts'
import { tempDir } from '../../../support/temp-dir.ts'
import { createRecorder } from '../../infer/sample-clip.ts'
import { bodyAt } from '../../skeleton/bodies.ts'

const posture = { body: 'standing', handsUp: false, torsoDegrees: 0, sureCount: 17 } as const
const recording = { preRollMs: 1000, maxClipMs: 30_000, postRollMs: 1000 }

function moment(n: number, ids: readonly string[] = ['t1'], epoch = 1): TrackMoment {
  const ptsUs = n * 100_000
  const { box, keypoints } = bodyAt(ptsUs, n)
  return {
    epoch,
    ptsUs,
    arrivalMs: 1e6 + n * 100,
    arrivalMonoMs: n * 100,
    held: false,
    area: { widthPx: 640, heightPx: 360 },
    tracks: ids.map((id) => ({
      id,
      label: 'person',
      box,
      score: 0.9,
      state: 'seen',
      firstPtsUs: 0,
      seenPtsUs: ptsUs,
      pose: { ptsUs, keypoints: [], found: keypoints, posture },
    })),
  }
}
const at = (from: number, to = from): SampleMoment => ({
  epoch: 1,
  firstPtsUs: from * 100_000,
  lastPtsUs: to * 100_000,
  firstArrivalMs: 1e6 + from * 100,
  lastArrivalMs: 1e6 + to * 100,
})

function create(place: (moment: SampleMoment) => SampleMoment | null = (given) => given) {
  const dir = tempDir('bodies')
  const folder = join(dir, 'gate', '2026-05-01')
  makeFolders(folder)
  const moments = new Subject<TrackMoment>()
  const { telemetry, lines } = createRecorder()
  const bodies = createKeepBodies({ cameraId: 'gate', moments$: moments, recording, place, telemetry })
  const clip = (alertId: string, firstPtsUs: number, more: Partial<RecordedClip> = {}): RecordedClip => ({
    alertId,
    cameraId: 'gate',
    epoch: 1,
    path: join(folder, `${alertId}.mp4`),
    thumbnailPath: null,
    sha256: '',
    bytes: 1,
    firstPtsUs,
    lastPtsUs: firstPtsUs + 3_000_000,
    startedMs: 1e6,
    durationMs: 3000,
    preRollMs: 1000,
    ...more,
  })
  const read = (alertId: string) => decodeBodies(readFileSync(join(folder, `${alertId}.poses`), 'utf8'))!
  return { dir, folder, moments, bodies, clip, read, lines }
}

describe('keypoints that are kept beside clips', () => {
  it('are those of the time of the clip, of everybody, with whom the alert was about and when', async () => {
    const { moments, bodies, clip, read, folder } = create()
    for (let n = 0; n < 30; n += 1) moments.next(moment(n, n < 25 ? ['t1', 't2'] : ['t1']))
    bodies.marked('a1', at(20), ['t1'])
    for (let n = 30; n < 60; n += 1) moments.next(moment(n))
    bodies.marked('a1', at(20, 35), ['t1'])
    bodies.finished(clip('a1', 1_000_000))
    await bodies.close()
    const { tracks, ...rest } = read('a1')
    expect(rest).toEqual({
      alertId: 'a1',
      cameraId: 'gate',
      picture: { widthPx: 640, heightPx: 360 },
      trackIds: ['t1'],
      fromUs: 1_000_000,
      toUs: 2_500_000,
    })
    expect(tracks.map(({ id, readings }) => [id, readings[0]!.ptsUs, readings.at(-1)!.ptsUs])).toEqual([
      ['t1', 0, 3_000_000],
      ['t2', 0, 1_400_000],
    ])
    expect(tracks[0]!.readings[5]!.keypoints).toEqual(bodyAt(0, 15).keypoints)
    expect(statSync(join(folder, 'a1.poses')).mode & 0o777).toBe(0o600)
  })

  it('are none where nobody was, and none of another connection', async () => {
    const { moments, bodies, clip, folder } = create()
    for (let n = 0; n < 30; n += 1) moments.next(moment(n, []))
    bodies.finished(clip('a1', 0))
    for (let n = 0; n < 30; n += 1) moments.next(moment(n, ['t1'], 2))
    bodies.finished(clip('a2', 0))
    bodies.finished(clip('a3', 60_000_000, { epoch: 2 }))
    await bodies.close()
    expect(readdirSync(folder)).toEqual([])
  })

  it('follow a recording that has times of its own', async () => {
    const { moments, bodies, clip, read } = create((given) => ({
      ...given,
      epoch: 7,
      firstPtsUs: given.firstPtsUs + 5e6,
      lastPtsUs: given.lastPtsUs + 5e6,
    }))
    for (let n = 0; n < 30; n += 1) moments.next(moment(n))
    bodies.marked('s1', at(12, 22), [])
    bodies.finished(clip('s1', 6_000_000, { epoch: 7 }))
    await bodies.close()
    const { tracks, fromUs, toUs } = read('s1')
    expect([fromUs, toUs]).toEqual([200_000, 1_200_000])
    expect(tracks[0]!.readings[0]).toMatchObject({ ptsUs: 0, box: { xPx: -10 } })
  })

  it('go with their clip, and count as part of it', async () => {
    const { dir, folder, moments, bodies, clip } = create()
    moments.next(moment(1))
    bodies.finished(clip('a1', 0))
    await bodies.close()
    writeFileSync(join(folder, 'a1.mp4'), 'video')
    const [found] = await createClipFolder(dir, () => 0).list()
    expect(found!.paths.map((path) => path.slice(folder.length + 1))).toEqual(['a1.mp4', 'a1.poses'])
    expect(found!.bytes).toBe(5 + statSync(join(folder, 'a1.poses')).size)
  })

  it('that cannot be written are told, and nothing else happens', async () => {
    const { moments, bodies, clip, lines } = create()
    moments.next(moment(1))
    bodies.finished(clip('a1', 0, { path: '/nowhere/at/all/a1.mp4' }))
    await bodies.close()
    expect(lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
      'warn the keypoints of a clip are not kept',
    ])
    expect(existsSync('/nowhere')).toBe(false)
  })

  it('early disposal: lets go of the moments', async () => {
    const { moments, bodies } = create()
    expect(moments.observed).toBe(true)
    await bodies.close()
    expect(moments.observed).toBe(false)
  })
})
