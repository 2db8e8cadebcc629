import type { spawn as nodeSpawn } from 'node:child_process'
import { glob, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { TierConfig } from '../../config/schema/tier-schema.ts'
import type { Clock } from '../../core/clock.ts'
import { AppError, toAppError } from '../../core/errors.ts'
import type { Telemetry } from '../../core/telemetry-port.ts'
import type { SegmentTier, TierKept, TierLineage, TierMeasure } from '../../core/tiered-segment.ts'
import { listSegments, type SegmentFile } from '../list-segments.ts'
import type { ToolOptions } from '../run-tool.ts'
import { hasVmaf } from './measure-quality.ts'
import { sha256Of, tierSegment, tierSuffix } from './tier-segment.ts'
import { createYieldingChild, type YieldingChild } from './yielding-child.ts'

/** Where decisions are kept; each call is on the disk when it returns, or throws. */
export interface TierBook {
  decided(): ReadonlySet<string>
  replacing(): readonly SegmentTier[]
  replace(segment: SegmentFile, lineage: TierLineage, tookMs: number): void
  replaced(name: string): void
  keep(
    segment: SegmentFile,
    why: { kept: TierKept; note?: string; measure?: TierMeasure; tookMs?: number },
  ): void
  forget(name: string): void
  hasEvents(cameraId: string, fromMs: number, toMs: number): boolean
}

/** Why footage must stay as it is, besides alerts; null when it need not. */
export type Protection = (segment: SegmentFile, fromMs: number, toMs: number) => TierKept | null

export interface TieringOptions {
  /** `<dataDir>/segments` */
  readonly dir: string
  readonly book: TierBook
  /** Age from which segments of a camera are tiered, milliseconds; 0: never. Asked for each. */
  readonly afterMs: (cameraId: string) => number
  readonly tier: () => TierConfig
  /** Read anew for every round. When it cannot be read nothing is tiered. */
  readonly protection: () => Promise<Protection>
  readonly freeBytes: () => Promise<number>
  /** So much must stay free while a file is made. */
  readonly lowFreeBytes: () => number
  /** Whether somebody else needs the cores. */
  readonly isBusy: () => boolean
  readonly setPriority: (processId: number, niceness: number) => void
  readonly spawn: typeof nodeSpawn
  readonly clock: Clock
  readonly telemetry: Telemetry
  /** Time between two rounds. Default 60 s. */
  readonly everyMs?: number
}

export interface Tiering {
  start(): void
  /** One round: everything that is due, one after the other, the oldest first. Never rejects. Returns how many were tiered. */
  round(): Promise<number>
  /** Stops what runs; resolves when nothing runs any more. The segment under way stays as it was. */
  close(): Promise<void>
}

/** Standing still counts, too. */
const toolTimeoutMs = 12 * 3_600_000
const pauseAfterErrorMs = 300_000

/**
 * Makes old footage without events small, in the background. What is decided is kept in the book, so that a process that
 * is killed goes on where it was; a replacement that was under way is found to be in place or not, and noted so.
 */
export function createTiering(options: TieringOptions): Tiering {
  const { dir, book, clock, telemetry, spawn, everyMs = 60_000 } = options
  const stopping = new AbortController()
  let running: Promise<number> | null = null
  let cancel = () => {}
  let vmaf: boolean | null = null
  let failedCode: string | null = null
  /** While something is due. */
  let yielding: YieldingChild | null = null

  const stepBack = () =>
    createYieldingChild({
      isBusy: options.isBusy,
      clock,
      onPaused(paused) {
        telemetry.gauge('vireo_record_tier_paused', {}, paused ? 1 : 0)
        telemetry.log.debug({ paused }, 'tiering steps back for the live path')
      },
    })
  const tool: ToolOptions = {
    spawn,
    clock,
    timeoutMs: toolTimeoutMs,
    signal: stopping.signal,
    onStart(child) {
      try {
        options.setPriority(child.pid!, options.tier().niceness)
      } catch (thrown) {
        telemetry.log.debug({ err: thrown }, 'the priority of tiering could not be lowered')
      }
      yielding?.attach(child)
    },
  }

  /** Files that another process left half made, and replacements of which it is not known whether they were done. */
  const settle = async () => {
    for await (const name of glob(`*/*/*${tierSuffix}`, { cwd: dir }))
      await rm(join(dir, name), { force: true })
    for (const { name, lineage } of book.replacing()) {
      const now = await sha256Of(join(dir, name)).catch(() => null)
      if (now !== null && now === lineage?.sha256After) book.replaced(name)
      else book.forget(name)
    }
  }

  const one = async (segment: SegmentFile, protects: Protection): Promise<boolean> => {
    const { cameraId, name, startedMs, path } = segment
    const tier = options.tier()
    const file = await stat(path).catch(() => null)
    const afterMs = options.afterMs(cameraId)
    if (!file || afterMs === 0 || clock.nowMs() - file.mtimeMs < afterMs) return false
    const [fromMs, toMs] = [startedMs - tier.eventMarginMs, file.mtimeMs + tier.eventMarginMs]
    const tell = (result: string) =>
      telemetry.count('vireo_record_tier_segments_total', { camera: cameraId, result })
    const why = book.hasEvents(cameraId, fromMs, toMs) ? 'event' : protects(segment, fromMs, toMs)
    if (why !== null) {
      book.keep(segment, { kept: why })
      tell(why)
      return false
    }
    if ((await options.freeBytes()) < options.lowFreeBytes() + file.size)
      throw new AppError('STORE_FILE', 'the disk is too full to make smaller files of old footage')
    await yielding?.idle()
    stopping.signal.throwIfAborted()
    vmaf ??= await checkVmaf(tier, tool)
    const begunMs = clock.monoMs()
    const tookMs = () => clock.monoMs() - begunMs
    const outcome = await tierSegment({
      segment,
      tier,
      vmaf,
      tool,
      beforeReplace: (lineage) => book.replace(segment, lineage, tookMs()),
    })
    if (outcome.result === 'gone') return false
    if (outcome.result === 'kept') {
      book.keep(segment, { ...outcome, tookMs: tookMs() })
      tell(outcome.kept)
      telemetry.log[outcome.kept === 'failed' ? 'warn' : 'info'](
        { camera: cameraId, segment: name, kept: outcome.kept, note: outcome.note },
        'a segment stays as it was recorded',
      )
      return false
    }
    book.replaced(name)
    const { bytesBefore, bytesAfter, ssim, psnrDb } = outcome.lineage
    tell('tiered')
    telemetry.count('vireo_record_tier_saved_bytes_total', { camera: cameraId }, bytesBefore - bytesAfter)
    telemetry.observe('vireo_record_tier_ssim', { camera: cameraId }, ssim)
    telemetry.log.info(
      { camera: cameraId, segment: name, bytesBefore, bytesAfter, ssim, psnrDb },
      'a segment was made smaller',
    )
    return true
  }

  const all = async (): Promise<number> => {
    await settle()
    const decided = book.decided()
    const nowMs = clock.nowMs()
    const due = (await listSegments(dir))
      .filter(({ cameraId, startedMs, name }) => {
        const afterMs = options.afterMs(cameraId)
        return afterMs > 0 && nowMs - startedMs >= afterMs && !decided.has(name)
      })
      .sort((a, b) => a.startedMs - b.startedMs)
    if (due.length === 0) return 0
    const protects = await options.protection()
    yielding = stepBack()
    let tiered = 0
    try {
      for (const segment of due) {
        stopping.signal.throwIfAborted()
        if (await one(segment, protects)) tiered += 1
        failedCode = null
      }
    } finally {
      yielding.close()
      yielding = null
    }
    return tiered
  }

  const round = () => {
    running ??= all()
      .catch((thrown) => {
        if (stopping.signal.aborted) return 0
        const { code, message } = toAppError(thrown)
        if (code !== failedCode) telemetry.log.error({ code }, `old footage stays as it was: ${message}`)
        failedCode = code
        return 0
      })
      .finally(() => {
        running = null
      })
    return running
  }
  const turn = () => {
    void round().then(() => {
      if (!stopping.signal.aborted) cancel = clock.after(failedCode ? pauseAfterErrorMs : everyMs, turn)
    })
  }

  return {
    start: turn,
    round,
    async close() {
      stopping.abort(new AppError('MEDIA_STOPPED', 'tiering was stopped'))
      cancel()
      yielding?.close()
      await running
    },
  }
}

async function checkVmaf(tier: TierConfig, tool: ToolOptions): Promise<boolean> {
  const found = await hasVmaf(tool)
  if (!found && tier.minVmaf > 0)
    throw new AppError(
      'MEDIA_FFMPEG_FEATURE',
      'recording.tier.minVmaf is set, but this ffmpeg has no libvmaf; set it to 0 or install one that has',
    )
  return found
}
