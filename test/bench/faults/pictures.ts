import { spawn } from 'node:child_process'
import { createCameraSource } from '../../../src/camera/camera-source.ts'
import { cameraSchema } from '../../../src/config/schema.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { noTelemetry } from '../../../src/core/telemetry-port.ts'
import { pictureHealth } from '../../../src/motion/picture-health.ts'
import { testVideo } from '../../support/test-video.ts'
import type { BenchOptions } from '../report.ts'

const spec = { widthPx: 160, heightPx: 96, sampleFps: 8 }
const noise = 'noise=alls=3:allf=t'

/** When a fault begins and ends, and how long the video is, seconds. In the smallest size it ends before it is noticed. */
export interface FaultTimes {
  readonly fromS: number
  readonly toS: number
  readonly seconds: number
}

const sizes = { full: { fromS: 8, toS: 40, seconds: 56 }, smoke: { fromS: 2, toS: 4, seconds: 6 } }

/** Filters for a picture that becomes useless and is good again later, by what happens to it. */
function faultFilters({ fromS, toS }: FaultTimes): Readonly<Record<string, string>> {
  const during = `enable='between(t,${fromS},${toS})'`
  return {
    // The same frame again and again, without even noise.
    frozen: `${noise},select='not(between(t,${fromS},${toS}))',fps=25`,
    dark: `lutyuv=y=17:u=128:v=128:${during},${noise}`,
    covered: `boxblur=40:5:${during},lutyuv=y=120:u=128:v=128:${during},${noise}`,
    moved: `negate=${during},${noise}`,
  }
}

export interface PictureFigures {
  /** Seconds from the beginning of the fault until it was told, and from its end until the picture was good again. */
  readonly noticedS: number
  readonly recoveredS: number
}

/** Four cameras, one for each fault of the picture, at their own speed, as the pipeline watches them. */
export async function measurePictures({ log, smoke }: BenchOptions): Promise<Record<string, PictureFigures>> {
  const times = smoke ? sizes.smoke : sizes.full
  const { fromS, toS, seconds } = times
  const entries = Object.entries(faultFilters(times)).map(async ([name, filter]) => {
    const file = await testVideo({ name: `fault-${name}`, seconds, filter })
    const { picture, ...camera } = cameraSchema.parse({ id: name, url: file })
    const source = createCameraSource({
      camera: { ...camera, picture },
      streams: [spec],
      clock: systemClock,
      spawn,
      random: Math.random,
      telemetry: noTelemetry,
    })
    let second = 0
    let noticed = Number.POSITIVE_INFINITY
    let recovered = Number.POSITIVE_INFINITY
    const frames = source.frames$(spec)
    frames.subscribe(({ ptsUs }) => {
      second = ptsUs / 1e6
    })
    frames.pipe(pictureHealth(picture)).subscribe((state) => {
      log(`picture ${name}: ${state} at ${second.toFixed(1)} s of its video`)
      if (state === name) noticed = Math.min(noticed, second - fromS)
      if (state === 'ok' && second > toS) recovered = Math.min(recovered, second - toS)
    })
    await new Promise<void>((resolve) => {
      source.status$.subscribe(({ state }) => {
        if (state === 'offline') resolve()
      })
      source.start()
    })
    await source.close()
    return [name, { noticedS: noticed, recoveredS: recovered }] as const
  })
  return Object.fromEntries(await Promise.all(entries))
}
