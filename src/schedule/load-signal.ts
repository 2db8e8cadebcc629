import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Clock } from '../core/clock.ts'
import { dataFiles } from '../core/data-dir.ts'
import { AppError } from '../core/errors.ts'
import { noteFile } from '../store/note-file.ts'
import { readJson } from '../store/read-json.ts'
import { isAskedToPause } from './learning-note.ts'

/** How much the live path needs the cores. */
export interface LiveLoad {
  /** Largest factor by which strides are lengthened; above 1 inference is saturated. */
  readonly strideScale: number
  readonly atMs: number
}

const fileOf = (dataDir: string) => join(dataDir, dataFiles.load)
const everyMs = 2000
/** A word that is older than this is nobody's any more. */
const staleMs = 10_000
/** So long the live path must be at ease before what was paused goes on. */
const calmMs = 10_000

const loadSchema = z.object({ strideScale: z.number(), atMs: z.number() }) satisfies z.ZodType<LiveLoad>

/** Says every two seconds how saturated the live path is, for whoever works beside it. Returns how to stop. */
export function sayLoad(options: { dataDir: string; clock: Clock; strideScale: () => number }): () => void {
  const { dataDir, clock, strideScale } = options
  const file = fileOf(dataDir)
  let cancel = () => {}
  const say = () => {
    const load: LiveLoad = { strideScale: strideScale(), atMs: clock.nowMs() }
    try {
      noteFile(file, load)
    } catch {
      // A full disk must not stop the live path; readers take an old word for none.
    }
    cancel = clock.after(everyMs, say)
  }
  say()
  return () => {
    cancel()
    rmSync(file, { force: true })
  }
}

/** What the live path of a data directory says; null when none runs. */
export function readLoad(dataDir: string, nowMs: number): LiveLoad | null {
  try {
    const load = readJson(readFileSync(fileOf(dataDir), 'utf8'), loadSchema)
    return load && Math.abs(nowMs - load.atMs) <= staleMs ? load : null
  } catch {
    return null
  }
}

/** Why work waits: the live path is short of cores, or somebody asked it to. */
export type PauseReason = (LiveLoad & { readonly byHand?: false }) | { readonly byHand: true }

/**
 * A wait that work beside the live path puts before each of its steps: resolves at once while the live path is at
 * ease, else when it has been for ten seconds. So work pauses by itself, and can be stopped while it waits. It waits, too,
 * for as long as somebody asked it to.
 *
 * @returns a function that rejects with TRAIN_STOPPED when `signal` is aborted
 */
export function createYielding(options: {
  dataDir: string
  clock: Clock
  /** Pauses above this stride scale. */
  above: number
  signal: AbortSignal
  paused: (why: PauseReason | null) => void
}): () => Promise<void> {
  const { dataDir, clock, above, signal, paused } = options
  let lookedMs = Number.NEGATIVE_INFINITY
  const reason = (): PauseReason | null => {
    if (isAskedToPause(dataDir)) return { byHand: true }
    const load = readLoad(dataDir, clock.nowMs())
    return load !== null && load.strideScale > above ? load : null
  }
  return async () => {
    if (clock.monoMs() - lookedMs < everyMs) return
    lookedMs = clock.monoMs()
    let last = reason()
    if (!last) return
    paused(last)
    for (let calmSinceMs: number | null = null; ; ) {
      if (signal.aborted)
        throw new AppError('TRAIN_STOPPED', 'it was stopped while it waited for the live path')
      await wait(clock, 500, signal)
      const nowMs = clock.monoMs()
      const now = reason()
      if (now) {
        calmSinceMs = null
        if (Boolean(now.byHand) !== Boolean(last.byHand)) paused(now)
        last = now
      } else calmSinceMs ??= nowMs
      // Whoever lets it go on wants it now.
      if (calmSinceMs !== null && (last.byHand || nowMs - calmSinceMs >= calmMs)) break
    }
    paused(null)
  }
}

function wait(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      signal.removeEventListener('abort', done)
      cancel()
      resolve()
    }
    const cancel = clock.after(ms, done)
    signal.addEventListener('abort', done)
  })
}
