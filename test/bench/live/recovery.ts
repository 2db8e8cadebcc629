import { spawn } from 'node:child_process'
import { filter, firstValueFrom, take } from 'rxjs'
import { createCameraSource } from '../../../src/camera/camera-source.ts'
import type { CameraSource } from '../../../src/camera/source-contract.ts'
import { cameraSchema } from '../../../src/config/schema.ts'
import type { CameraState } from '../../../src/core/camera-status.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { noTelemetry } from '../../../src/core/telemetry-port.ts'
import { startRtspServer } from '../../support/rtsp-server.ts'
import { testVideo } from '../../support/test-video.ts'
import type { BenchOptions } from '../report.ts'

const spec = { widthPx: 224, heightPx: 224, sampleFps: 8 }
const sizes = { full: { rounds: 5, downMs: 1000 }, smoke: { rounds: 1, downMs: 200 } }
/** Longest step of a 25 fps camera that is thinned to 8 fps, microseconds: four frames. */
const longestStepUs = 160_500

export interface Recovery {
  readonly stallNoticedMs: number
  readonly deathNoticedMs: number
  /** From the camera being back to the next attempt. */
  readonly backoffMs: number
  /** From that attempt to the first frame. */
  readonly framesAgainMs: number
  readonly neighbourFramesLost: number
}

/** One camera is frozen and killed again and again, three others run beside it. All figures are the worst seen. */
export async function measureRecovery({ log, smoke }: BenchOptions): Promise<Recovery> {
  const { rounds, downMs } = smoke ? sizes.smoke : sizes.full
  const file = await testVideo({ name: 'test' })
  let server = await startRtspServer({ mounts: { '/one': file } })
  const other = await startRtspServer({ mounts: { '/a': file, '/b': file, '/c': file } })
  const attempts: number[] = []
  const victim = attach('victim', server.url('/one'), () => attempts.push(performance.now()))
  let lost = 0
  const neighbours = ['a', 'b', 'c'].map((name) => {
    const source = attach(name, other.url(`/${name}`), () => {})
    let before: { ptsUs: number; epoch: number } | null = null
    source.frames$(spec).subscribe((frame) => {
      if (before && (frame.epoch !== before.epoch || frame.ptsUs - before.ptsUs > longestStepUs)) lost += 1
      before = frame
    })
    return source
  })
  const worst = { stall: 0, death: 0, backoff: 0, again: 0 }
  for (let round = 0; round < rounds; round += 1) {
    await frame(victim)
    const frozenMs = performance.now()
    server.pause()
    await reaches(victim, 'stalled')
    worst.stall = Math.max(worst.stall, performance.now() - frozenMs)
    server.resume()
    await frame(victim)
    const killedMs = performance.now()
    await server.kill()
    await reaches(victim, 'offline')
    worst.death = Math.max(worst.death, performance.now() - killedMs)
    // Down for a while, so that the waits grow.
    await new Promise((resolve) => setTimeout(resolve, downMs + round * 3000))
    server = await startRtspServer({ mounts: { '/one': file }, port: server.port })
    const backMs = performance.now()
    attempts.length = 0
    await frame(victim)
    const firstMs = attempts[0] ?? backMs
    worst.backoff = Math.max(worst.backoff, firstMs - backMs)
    worst.again = Math.max(worst.again, performance.now() - firstMs)
    log(
      `recovery ${round + 1}/${rounds}: ${JSON.stringify(worst, (_, v) => (typeof v === 'number' ? Math.round(v) : v))}`,
    )
  }
  await Promise.all([victim, ...neighbours].map((source) => source.close()))
  await server.kill()
  await other.kill()
  return {
    stallNoticedMs: Math.round(worst.stall),
    deathNoticedMs: Math.round(worst.death),
    backoffMs: Math.round(worst.backoff),
    framesAgainMs: Math.round(worst.again),
    neighbourFramesLost: lost,
  }
}

function attach(id: string, url: string, onSpawn: () => void): CameraSource {
  const source = createCameraSource({
    camera: cameraSchema.parse({ id, url }),
    streams: [spec],
    record: true,
    clock: systemClock,
    spawn: ((...args: Parameters<typeof spawn>) => {
      onSpawn()
      return spawn(...args)
    }) as typeof spawn,
    random: Math.random,
    telemetry: noTelemetry,
  })
  source.start()
  return source
}

const frame = (source: CameraSource) => firstValueFrom(source.frames$(spec).pipe(take(1)))
const reaches = (source: CameraSource, state: CameraState) =>
  firstValueFrom(source.status$.pipe(filter((status) => status.state === state)))
