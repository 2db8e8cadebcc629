import { setTimeout as wait } from 'node:timers/promises'
import type { LoadedBundle } from '../../../src/bundle/load-bundle.ts'
import { systemClock } from '../../../src/core/clock.ts'
import type { Frame } from '../../../src/core/frame.ts'
import { createInferenceEngine } from '../../../src/infer/inference-engine.ts'
import { createTelemetry } from '../../../src/telemetry/create-telemetry.ts'
import type { Log } from '../report.ts'
import { movingVideo } from './video.ts'

/**
 * How many cameras the engine's two workers could serve if they were always busy: each camera has its next
 * tubelet ready as soon as the last one is answered. Nothing is decoded.
 */
export async function engineCameras(
  { dir, contract }: LoadedBundle,
  options: { cameras: number; warmMs: number; measureMs: number; sampleFps: number; log: Log },
): Promise<number> {
  const { cameras, warmMs, measureMs, sampleFps, log } = options
  const telemetry = createTelemetry({ level: 'silent' })
  const engine = await createInferenceEngine({
    models: [
      {
        name: 'nano',
        path: dir,
        providers: ['cpu'],
        workers: 2,
        intraOpThreads: 1,
        maxBatch: 8,
        deadlineMs: 50,
      },
    ],
    clock: systemClock,
    telemetry,
  })
  const { frames, widthPx, heightPx } = contract
  let running = true
  let scored = 0
  const feed = async (camera: number) => {
    const loop = movingVideo({ frames: 8, widthPx, heightPx, seed: camera })
    const picture = loop.length / 8
    for (let seq = 0; running; seq += frames) {
      const clip = Array.from({ length: frames }, (_, n): Frame => {
        const at = ((seq + n) % 8) * picture
        return {
          cameraId: `camera-${camera}`,
          epoch: 1,
          seq: seq + n,
          ptsUs: ((seq + n) * 1e6) / sampleFps,
          arrivalMs: Date.now(),
          arrivalMonoMs: performance.now(),
          widthPx,
          heightPx,
          data: loop.subarray(at, at + picture),
        }
      })
      const [first, last] = [clip[0]!, clip.at(-1)!]
      const scores = await engine.infer({
        cameraId: first.cameraId,
        epoch: 1,
        modelName: 'nano',
        frames: clip,
        firstPtsUs: first.ptsUs,
        lastPtsUs: last.ptsUs,
        firstArrivalMs: first.arrivalMs,
        lastArrivalMs: last.arrivalMs,
        lastArrivalMonoMs: last.arrivalMonoMs,
      })
      if (scores && running) scored += 1
    }
  }
  const feeds = Array.from({ length: cameras }, (_, camera) => feed(camera))
  await wait(warmMs)
  scored = 0
  const startMs = performance.now()
  await wait(measureMs)
  running = false
  const perSecond = scored / ((performance.now() - startMs) / 1000)
  await Promise.all(feeds)
  const [status] = engine.describe()
  await engine.close()
  telemetry.close()
  const served = (perSecond * frames) / sampleFps
  log(
    `the engine scores ${perSecond.toFixed(0)} tubelets/s in batches of ${status!.batches.meanClips.toFixed(1)}: ${served.toFixed(1)} cameras`,
  )
  return served
}
