import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startLiveSystem } from '../../../pipelines/live-system.ts'
import { configSchema } from '../../../src/config/config-schema.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { openClipReader } from '../../../src/store/tables/clip-reader.ts'
import { openOutboxReader } from '../../../src/store/tables/outbox-reader.ts'
import { createTelemetry } from '../../../src/telemetry/create-telemetry.ts'
import { writeBrightnessBundle } from '../../support/brightness-bundle.ts'
import { createOddCamera, type OddCamera } from '../../support/odd-camera/odd-camera.ts'
import { createOddHttpCamera } from '../../support/odd-camera/odd-http-camera.ts'
import { decodeDirectly } from '../../support/odd-camera/reference-decode.ts'
import { writeToneBundle } from '../../support/tone-bundle.ts'
import { blinking } from './media-set.ts'
import { type ReadClip, readClip } from './read-clip.ts'
import { collect, type Seen, type SeenAlert } from './seen.ts'
import type { TortureStream } from './torture-stream.ts'

export const preRollMs = 2000
export const postRollMs = 1000
/** Seconds that clips may take until they are finished, where much else runs on the machine. */
const finishS = 20

/** What one stream gave. */
export interface Watched {
  readonly stream: TortureStream
  readonly seen: Seen
  /** Numbers of the pictures that ffmpeg alone decodes of the same camera; null where nobody asks. */
  readonly direct: readonly (number | null)[] | null
  readonly clips: readonly ReadClip[]
}

export interface WatchedGroup {
  readonly watched: readonly Watched[]
  /** Pictures that the healthy camera beside them lost. */
  readonly lostBeside: number
}

/** Runs the whole system on some streams at once with a healthy camera beside them. */
export async function runGroup(streams: readonly TortureStream[]): Promise<WatchedGroup> {
  const folder = mkdtempSync(join(tmpdir(), 'vireo-streams-'))
  const seconds = Math.max(...streams.map((stream) => stream.seconds))
  const beside: TortureStream = {
    name: 'beside',
    seconds: seconds + finishS + 5,
    camera: async () => ({
      rtsp: { media: await blinking({ name: 'beside', seconds: seconds + finishS + 5 }) },
    }),
    expect: { liveWithinS: 12, frames: 'numbers', clips: 'each' },
  }
  const all = [...streams, beside]
  const cameras = await Promise.all(all.map(makeCamera))
  const references = await Promise.all(
    streams.map((stream) => (isCounted(stream) ? makeCamera(stream) : null)),
  )
  const rates = [...new Set(all.map(sampleFpsOf))]
  for (const sampleFps of rates) await writeModel(join(folder, modelName(sampleFps)), sampleFps)
  const models = rates.map(modelName)
  if (all.some(({ listens }) => listens)) models.push('tone')
  await writeToneBundle(join(folder, 'tone'))
  const telemetry = createTelemetry({ level: 'silent', pretty: false })
  const config = configSchema.parse({
    version: 1,
    dataDir: join(folder, 'data'),
    cameras: all.map((stream, index) => ({
      id: `cam${index}`,
      url: cameras[index]!.url,
      transport: stream.transport ?? 'tcp',
      models: [modelName(sampleFpsOf(stream)), ...(stream.listens ? ['tone'] : [])],
      motion: { enabled: false },
    })),
    models: models.map((name) => ({ name, path: join(folder, name), intraOpThreads: 1 })),
    alerts: { defaults: { clearAfterMs: 300, cooldownMs: 0 } },
    recording: { preRollMs, postRollMs, lowFreeMb: 1, enoughFreeMb: 1 },
    http: { port: 0 },
    log: { level: 'silent' },
  })
  const system = await startLiveSystem({
    config,
    clock: systemClock,
    spawn,
    random: () => 0.5,
    telemetry,
  })
  const startedMs = Date.now()
  try {
    const collected = all.map((stream, index) => {
      const spec = system.streamOf(modelName(sampleFpsOf(stream)))
      const source = system.live.sources().find(({ id }) => id === `cam${index}`)!
      return collect({ frames$: source.frames$(spec), steps$: system.live.steps$, cameraId: `cam${index}` })
    })
    const direct = Promise.all(
      streams.map((stream, index) =>
        references[index] ? decodeDirectly(references[index].url, stream.transport ?? 'tcp') : null,
      ),
    )
    await sleep((seconds + 1) * 1000 - (Date.now() - startedMs))
    const decoded = await direct
    const events = openOutboxReader(config.dataDir)
    const rows = openClipReader(config.dataDir)
    const seenOf = (index: number) =>
      collected[index]!(events.after(0, 10_000, { cameraId: `cam${index}` }), {
        startedMs,
        zeroMs: cameras[index]!.startedMs(),
      })
    const unfinished = () =>
      streams.some((stream, index) => {
        const there = new Set(
          rows.list({ cameraId: `cam${index}` }, { limit: 100 }).items.map(({ alertId }) => alertId),
        )
        return promised(stream, seenOf(index)).some(({ alertId }) => !there.has(alertId))
      })
    for (let waitedS = 0; waitedS < finishS && unfinished(); waitedS += 1) await sleep(1000)
    const watched: Watched[] = []
    for (const [index, stream] of all.entries()) {
      const found = rows.list({ cameraId: `cam${index}` }, { limit: 100 }).items
      const clips = await Promise.all(found.map((row) => readClip(row, stream.fps ?? 25)))
      watched.push({ stream, seen: seenOf(index), clips, direct: decoded[index] ?? null })
    }
    events.close()
    rows.close()
    const lostBeside = lost(watched.pop()!.seen)
    return { watched, lostBeside }
  } finally {
    await system.close()
    await Promise.all([...cameras, ...references].map((camera) => camera?.close()))
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The alerts whose clips must be there: those that ended early enough. */
export function promised(stream: TortureStream, { alerts }: Seen): SeenAlert[] {
  if (stream.expect.clips === 'none') return []
  const lastS = stream.seconds - postRollMs / 1000 - 0.7
  return alerts.filter(
    ({ endReason, endedS }) => endReason === 'cleared' && endedS !== null && endedS < lastS,
  )
}

const modelName = (sampleFps: number) => `light${sampleFps}`.replace('.', '-')
/** Once a second is too seldom for more. */
const sampleFpsOf = ({ fps = 25, wants = 1.25 }: TortureStream) => (fps > 1 ? Math.round(fps * wants) : fps)
const isCounted = ({ expect }: TortureStream) => expect.frames === 'numbers' || expect.frames === 'count'

async function makeCamera(stream: TortureStream): Promise<OddCamera> {
  const made = await stream.camera()
  return 'rtsp' in made ? createOddCamera(made.rtsp) : createOddHttpCamera(made.http)
}

/** Fifths of a second are a clip. */
function writeModel(dir: string, sampleFps: number): Promise<void> {
  return writeBrightnessBundle(dir, { sampleFps, frames: Math.max(2, Math.round(sampleFps / 5)) })
}

/**
 * How many pictures are missing between those that came; each new connection counts as one more. Not of the first two:
 * ffmpeg knows no time for the first one.
 */
function lost({ frames: all }: Seen): number {
  const frames = all.slice(2)
  if (frames.length === 0) return Number.POSITIVE_INFINITY
  let missing = 0
  frames.forEach((frame, index) => {
    const before = frames[index - 1]
    if (before && (frame.epoch !== before.epoch || frame.number !== (before.number ?? 0) + 1)) missing += 1
  })
  return missing
}
