import { spawn } from 'node:child_process'
import { lastValueFrom, map, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { createCameraSource } from '../../src/camera/camera-source.ts'
import { cameraSchema } from '../../src/config/schema.ts'
import { systemClock } from '../../src/core/clock.ts'
import { noTelemetry } from '../../src/core/telemetry-port.ts'
import { pictureHealth } from '../../src/motion/picture-health.ts'
import { hasTool } from '../support/prepare-machine.ts'
import { testVideo } from '../support/test-video.ts'

const ready = hasTool('ffmpeg')
if (!ready) process.stderr.write('skipped: picture health on real video (ffmpeg is missing)\n')

const spec = { widthPx: 160, heightPx: 96, sampleFps: 8 }

/** What the picture's health does over a real, encoded video: [second, state]. */
async function healthOf(file: string): Promise<[number, string][]> {
  const source = createCameraSource({
    camera: cameraSchema.parse({ id: 'gate', url: file, realtime: false }),
    streams: [spec],
    clock: systemClock,
    spawn,
    random: Math.random,
    telemetry: noTelemetry,
  })
  let second = 0
  const states = lastValueFrom(
    source.frames$(spec).pipe(
      map((frame) => {
        second = frame.ptsUs / 1e6
        return frame
      }),
      pictureHealth({ frozenAfterMs: 4000, tamperAfterMs: 6000 }),
      map((state): [number, string] => [second, state]),
      toArray(),
    ),
  )
  const ended = new Promise<void>((resolve) => {
    source.status$.subscribe(({ state }) => {
      if (state === 'offline') resolve()
    })
  })
  source.start()
  await ended
  await source.close()
  return states
}

const noise = 'noise=alls=6:allf=t'

describe.skipIf(!ready)('picture health on encoded video', () => {
  it('notices within 5 s that the sensor hangs while the encoder goes on', async () => {
    const filter = `${noise},trim=duration=6,tpad=stop_mode=clone:stop_duration=14`
    const file = await testVideo({ name: 'freeze', seconds: 20, filter })
    const states = await healthOf(file)
    expect(states.map(([, state]) => state)).toEqual(['ok', 'frozen'])
    expect(states[1]![0]).toBeGreaterThan(9.9)
    expect(states[1]![0]).toBeLessThanOrEqual(11)
  })

  it('leaves a quiet scene with sensor noise alone', async () => {
    const file = await testVideo({ name: 'quiet', seconds: 20, source: 'smptebars', filter: noise })
    expect((await healthOf(file)).map(([, state]) => state)).toEqual(['ok'])
  })

  it.each([
    ['dark', 'lutyuv=y=17:u=128:v=128'],
    ['covered', 'boxblur=40:5,lutyuv=y=120:u=128:v=128'],
  ])('tells a picture that is %s', async (name, effect) => {
    const part = effect
      .split(',')
      .map((filter) => `${filter}${filter.includes('=') ? ':' : '='}enable='gte(t,6)'`)
    const file = await testVideo({ name, seconds: 20, filter: `${part.join(',')},noise=alls=3:allf=t` })
    expect((await healthOf(file)).map(([, state]) => state)).toEqual(['ok', name])
  })
})
