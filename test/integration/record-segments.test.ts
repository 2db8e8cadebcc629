import { execFile, spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { firstValueFrom, from, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { createCameraSource } from '../../src/camera/camera-source.ts'
import { cameraSchema } from '../../src/config/schema.ts'
import { systemClock } from '../../src/core/clock.ts'
import type { Fragment } from '../../src/core/frame.ts'
import { noTelemetry } from '../../src/core/telemetry-port.ts'
import { createClipRecorder } from '../../src/record/clip-recorder.ts'
import { createSegmentRecorder } from '../../src/record/segment-recorder.ts'
import { hasTool } from '../support/prepare-machine.ts'
import { tempDir } from '../support/temp-dir.ts'

const run = promisify(execFile)
const fps = 25
const seconds = 9
const h264 = ['-c:v', 'libx264', '-preset', 'veryfast']
const kinds = [
  ['in the order of decoding', [...h264, '-bf', '0']],
  ['B-frames', [...h264, '-bf', '3']],
  ['B-frames and open groups', [...h264, '-x264-params', 'open-gop=1:bframes=3:b-adapt=0:scenecut=0']],
  [
    'H.265 with B-frames and open groups',
    ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'bframes=3:open-gop=1:log-level=error'],
  ],
] as const

/** All that a camera would send of a file. */
async function fragmentsOf(file: string): Promise<Fragment[]> {
  const source = createCameraSource({
    camera: cameraSchema.parse({ id: 'gate', url: file, realtime: false }),
    streams: [{ widthPx: 16, heightPx: 16, sampleFps: 1 }],
    record: true,
    clock: systemClock,
    spawn,
    random: () => 0,
    telemetry: noTelemetry,
  })
  const all = firstValueFrom(source.fragments$.pipe(toArray()))
  source.status$.subscribe(({ state }) => state === 'offline' && void source.close())
  source.start()
  return all
}

async function probe(file: string) {
  const show = 'format=start_time,duration:stream=nb_read_packets,nb_read_frames'
  const args = ['-v', 'error', '-count_packets', '-count_frames', '-show_entries', show, '-of', 'json', file]
  const { streams, format } = JSON.parse((await run('ffprobe', args)).stdout)
  return {
    startS: Number(format.start_time),
    durationS: Number(format.duration),
    packets: Number(streams[0].nb_read_packets),
    frames: Number(streams[0].nb_read_frames),
  }
}

/** What is shown first, and all that the decoder says. */
async function firstPicture(file: string) {
  const args = [
    '-v',
    'error',
    '-show_entries',
    'frame=pict_type,pts_time',
    '-read_intervals',
    '%+#4',
    '-of',
    'csv=p=0',
    file,
  ]
  const { stdout } = await run('ffprobe', args)
  return stdout.split('\n')[0]!
}

describe.skipIf(!hasTool('ffmpeg'))('recordings of pictures in any order', () => {
  it.each(kinds)(
    '%s: segments and clips begin at 0 with a keyframe and state what they hold',
    async (_kind, encoder) => {
      const dir = tempDir('vireo-segments-')
      const file = join(dir, 'camera.mp4')
      await run('ffmpeg', [
        ...['-v', 'error', '-f', 'lavfi', '-i', `testsrc2=size=160x96:rate=${fps}`, '-t', String(seconds)],
        ...[...encoder, '-g', String(fps), '-pix_fmt', 'yuv420p', file],
      ])
      const fragments = await fragmentsOf(file)
      const parts = {
        cameraId: 'gate',
        fragments$: from(fragments),
        clock: systemClock,
        telemetry: noTelemetry,
      }
      const segments = join(dir, 'segments')
      await run('mkdir', [segments])
      await createSegmentRecorder({ ...parts, dir: segments, segmentMs: 3000 }).close()
      const names = globSync('*/*/*.mp4', { cwd: segments }).sort()
      expect(names.length).toBeGreaterThanOrEqual(3)
      let frames = 0
      for (const name of names) {
        const path = join(segments, name)
        const found = await probe(path)
        frames += found.packets
        expect(Math.abs(found.durationS - found.packets / fps), name).toBeLessThanOrEqual(0.3)
        expect(Math.abs(found.startS), name).toBeLessThanOrEqual(1 / fps)
        expect(await firstPicture(path), name).toMatch(/^0\.0\d*,I/)
      }
      expect(frames).toBe(fps * seconds)

      const clips = join(dir, 'clips')
      await run('mkdir', [clips])
      const recorder = createClipRecorder({
        ...parts,
        dir: clips,
        spawn,
        preRollMs: 1000,
        postRollMs: 1000,
        maxClipMs: 20_000,
        fragments$: from(fragments),
      })
      const ended = firstValueFrom(recorder.clips$)
      const middleUs = fragments.at(-1)!.ptsUs / 2
      recorder.begin('alert', middleUs, 1)
      recorder.end('alert', middleUs + 500_000)
      const [clip] = await Promise.all([ended, recorder.close()])
      const found = await probe(clip.path)
      expect(Math.abs(found.durationS - clip.durationMs / 1000)).toBeLessThanOrEqual(0.1)
      expect(Math.abs(found.startS)).toBeLessThanOrEqual(1 / fps)
      expect(await firstPicture(clip.path)).toMatch(/^0\.0\d*,I/)
      expect(clip.preRollMs).toBeGreaterThanOrEqual(1000 - 1000 / fps)
      expect(clip.thumbnailPath).not.toBeNull()
    },
  )
})
