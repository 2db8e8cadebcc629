import type { spawn as nodeSpawn } from 'node:child_process'
import { relative, resolve } from 'node:path'
import type { Config } from '../../src/config/schema.ts'
import type { Clock } from '../../src/core/clock.ts'
import { clipsDir, segmentsDir } from '../../src/core/data-dir.ts'
import { AppError } from '../../src/core/errors.ts'
import { presentFields } from '../../src/core/present-fields.ts'
import { type CaptionChoice, chooseCaptions } from '../../src/record/digest/choose-captions.ts'
import { coverPieces, type Footage } from '../../src/record/digest/cover-pieces.ts'
import type { CaptionKind } from '../../src/record/digest/film-captions.ts'
import type { Chapter } from '../../src/record/digest/film-chapters.ts'
import { localTime, zoneName } from '../../src/record/digest/local-time.ts'
import { planDigest } from '../../src/record/digest/plan-digest.ts'
import { renderFilm } from '../../src/record/digest/render-film.ts'
import { listSegments } from '../../src/record/list-segments.ts'
import { type Scan, scanFootage } from '../live/scan-footage.ts'
import { recordedAlerts } from './recorded-alerts.ts'

export interface DigestProgress {
  readonly phase: 'scan' | 'render'
  /** Files of footage, or milliseconds of the film. */
  readonly done: number
  readonly total: number
  readonly etaS: number
}

export interface DigestOptions {
  readonly config: Config
  /** Empty: all that have footage. */
  readonly cameras: readonly string[]
  readonly fromMs: number
  readonly toMs: number
  readonly output: string
  readonly timeZone: string
  readonly contextMs: number
  /** Longest film; null: as long as it gets. */
  readonly lengthMs: number | null
  readonly speed: number
  readonly heightPx: number
  readonly captions: CaptionChoice
  readonly keyframesOnly: boolean
  readonly spawn: typeof nodeSpawn
  readonly clock: Clock
  readonly signal?: AbortSignal
  readonly onProgress: (progress: DigestProgress) => void
  readonly onNotice: (text: string) => void
}

export interface Digest {
  readonly file: string
  readonly bytes: number
  readonly durationMs: number
  readonly cameras: readonly string[]
  readonly fromMs: number
  readonly toMs: number
  readonly timeZone: string
  /** Footage that was looked at, and how much of it moves. */
  readonly footageMs: number
  readonly movingMs: number
  readonly captions: CaptionKind
  /** Alerts of that time, and those of them that nothing is there to show of. */
  readonly alerts: number
  readonly alertsNotShown: readonly string[]
  readonly chapters: readonly Chapter[]
  readonly parts: readonly {
    readonly cameraId: string
    readonly path: string
    readonly startMs: number
    readonly wallMs: number
    readonly filmFromMs: number
    readonly filmToMs: number
    readonly alertIds: readonly string[]
  }[]
}

/** Shown before and after what moves. */
const marginMs = 1000
const mostAlertMs = 60_000
const fps = 25

/**
 * Recording and alerts of a time → what moves, by the motion gate → plan → film. Recordings are only read.
 *
 * @throws AppError MEDIA_NO_FOOTAGE, MEDIA_FFMPEG_MISSING, MEDIA_FFMPEG_FAILED, MEDIA_FFMPEG_FEATURE, STORE_FILE
 */
export async function makeDigest(options: DigestOptions): Promise<Digest> {
  const { config, fromMs, toMs, timeZone, speed, output, onNotice } = options
  refuseRecordings(config.dataDir, output)
  const captions = await chooseCaptions(options.captions, options)
  const wanted = (cameraId: string) => options.cameras.length === 0 || options.cameras.includes(cameraId)
  const { alerts, clips } = recordedAlerts({ dataDir: config.dataDir, fromMs, toMs, wanted })
  const scans = await scanAll(options, wanted)
  const recorded = [...scans.values()].flatMap(({ footage }) => footage.filter((file) => file.toMs > fromMs))
  if (recorded.length + clips.length === 0)
    throw new AppError('MEDIA_NO_FOOTAGE', `nothing was recorded ${spanText(options)}`)
  const motion = new Map([...scans].map(([cameraId, scan]) => [cameraId, scan.motion] as const))
  // The continuous recording first: clips are for what it does not have.
  const footage: Footage[] = [...recorded, ...clips]
  const pieces = planDigest({ ...options, motion, alerts, footage, mostAlertMs })
  const parts = coverPieces({ pieces, footage, alerts, speed })
  if (parts.length === 0) throw new AppError('MEDIA_NO_FOOTAGE', `nothing moves ${spanText(options)}`)
  const eta = createEta(options.clock)
  const film = await renderFilm({
    ...options,
    parts,
    captions,
    title: `${[...new Set(parts.map(({ cameraId }) => cameraId))].join(', ')} ${spanText(options)}`,
    format: { widthPx: Math.round((options.heightPx * 16) / 18) * 2, heightPx: options.heightPx, fps },
    onProgress: (done, total) => options.onProgress({ phase: 'render', done, total, etaS: eta(done, total) }),
    onSkipped: ({ path }, why) => onNotice(`${path} is left out: ${why}`),
  })
  const shown = new Set(film.parts.flatMap((part) => part.alerts.map(({ alertId }) => alertId)))
  return {
    file: film.path,
    bytes: film.bytes,
    durationMs: film.durationMs,
    cameras: [...new Set(film.parts.map(({ cameraId }) => cameraId))],
    fromMs,
    toMs,
    timeZone,
    captions,
    footageMs: [...scans.values()].reduce((sum, scan) => sum + scan.footageMs, 0),
    movingMs: [...motion.values()].flat().reduce((sum, stretch) => sum + stretch.toMs - stretch.fromMs, 0),
    alerts: alerts.length,
    alertsNotShown: alerts.filter(({ alertId }) => !shown.has(alertId)).map(({ alertId }) => alertId),
    chapters: film.chapters,
    parts: film.parts.map(({ cameraId, path, startMs, wallMs, filmFromMs, filmToMs, alerts: own }) => ({
      cameraId,
      path,
      startMs,
      wallMs,
      filmFromMs,
      filmToMs,
      alertIds: own.map(({ alertId }) => alertId),
    })),
  }
}

async function scanAll(options: DigestOptions, wanted: (cameraId: string) => boolean) {
  const { config, fromMs, toMs, onProgress } = options
  const segments = (await listSegments(segmentsDir(config.dataDir))).filter(
    ({ cameraId, startedMs }) => wanted(cameraId) && startedMs < toMs,
  )
  const scans = new Map<string, Scan>()
  const byCamera = Map.groupBy(segments, ({ cameraId }) => cameraId)
  const within = new Map([...byCamera].map(([id, own]) => [id, own.slice(firstWithin(own, fromMs))] as const))
  const total = [...within.values()].reduce((sum, own) => sum + own.length, 0)
  const eta = createEta(options.clock)
  let done = 0
  for (const [cameraId, own] of within) {
    const camera = config.cameras.find(({ id }) => id === cameraId)
    const motion = camera?.motion ?? { enabled: true, threshold: 0.004, holdMs: 3000 }
    const onFile = () => {
      done += 1
      onProgress({ phase: 'scan', done, total, etaS: eta(done, total) })
    }
    const wish = { ...options, segments: own, motion, marginMs, onFile }
    scans.set(cameraId, await scanFootage({ ...wish, ...presentFields({ ignore: camera?.ignore }) }))
  }
  return scans
}

/** The last file that begins before the time may reach into it. */
function firstWithin(segments: readonly { startedMs: number }[], fromMs: number): number {
  const first = segments.findIndex(({ startedMs }) => startedMs >= fromMs)
  return Math.max(0, (first < 0 ? segments.length : first) - 1)
}

function createEta(clock: Clock): (done: number, total: number) => number {
  const startedMs = clock.monoMs()
  return (done, total) => ((clock.monoMs() - startedMs) / 1000 / Math.max(1, done)) * (total - done)
}

const spanText = ({ fromMs, toMs, timeZone }: DigestOptions) =>
  `from ${localTime(timeZone, fromMs)} to ${localTime(timeZone, toMs)} ${zoneName(timeZone, toMs)}`

function refuseRecordings(dataDir: string, output: string): void {
  for (const dir of [segmentsDir(dataDir), clipsDir(dataDir)])
    if (!relative(resolve(dir), resolve(output)).startsWith('..'))
      throw new AppError(
        'API_BAD_REQUEST',
        `--out ${output}: that folder is for recordings; give another one`,
      )
}
