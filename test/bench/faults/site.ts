import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startLiveSystem } from '../../../pipelines/live-system.ts'
import { configSchema } from '../../../src/config/config-schema.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { createTelemetry } from '../../../src/telemetry/create-telemetry.ts'
import { blinkVideo } from '../../support/blink-video.ts'
import { writeBrightnessBundle } from '../../support/brightness-bundle.ts'
import { type RtspServer, startRtspServer } from '../../support/rtsp-server.ts'

export const preRollMs = 3000
/** Time between the keyframes of the test video. */
export const gopMs = 1000

/** A live system in this process, with so many cameras that alert all the time. */
export async function startSite(cameras: number) {
  const folder = mkdtempSync(join(tmpdir(), 'vireo-faults-'))
  await writeBrightnessBundle(join(folder, 'model'))
  const file = await blinkVideo()
  const ids = Array.from({ length: cameras }, (_, index) => `cam${index}`)
  const rtsp: RtspServer = await startRtspServer({
    mounts: Object.fromEntries([...ids, 'extra'].map((id) => [`/${id}`, file])),
  })
  const configOf = (names: readonly string[]) =>
    configSchema.parse({
      version: 1,
      dataDir: join(folder, 'data'),
      cameras: names.map((id) => ({ id, url: rtsp.url(`/${id}`), motion: { enabled: false } })),
      models: [{ name: 'light', path: join(folder, 'model'), intraOpThreads: 1 }],
      alerts: { defaults: { clearAfterMs: 500, cooldownMs: 0 } },
      recording: { preRollMs, postRollMs: 1000, lowFreeMb: 1, enoughFreeMb: 1 },
      http: { port: 0 },
      log: { level: 'silent' },
    })
  const system = await startLiveSystem({
    config: configOf(ids),
    clock: systemClock,
    spawn,
    random: Math.random,
    telemetry: createTelemetry({ level: 'silent', pretty: false }),
  })
  return {
    ids,
    dataDir: join(folder, 'data'),
    configOf,
    system,
    async close() {
      await system.close()
      await rtsp.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
