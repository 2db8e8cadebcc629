import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { learningDir } from '../core/data-dir.ts'
import { isAlive, type ProcessIdentity, processIdentity } from '../core/process-identity.ts'
import { makeFolders } from '../store/make-folders.ts'
import { noteFile } from '../store/note-file.ts'
import { readJson } from '../store/read-json.ts'

const noteSchema = z.object({
  process: z.object({ pid: z.int(), started: z.string().nullable() }),
  model: z.string(),
  who: z.string(),
  command: z.string(),
  startedMs: z.number(),
  atMs: z.number(),
  /** Null until footage and plans are read. */
  run: z.string().nullable(),
  phase: z.string().nullable(),
  done: z.number(),
  total: z.number(),
  loss: z.number().nullable(),
  etaS: z.number().nullable(),
  /** Why it waits: the live path is short of cores, or somebody wants it to. */
  paused: z.enum(['busy', 'hand']).nullable(),
  /** The latest thing that it told. */
  notice: z.string().nullable(),
  /** Why it ended; null while it runs, or when nobody could note that. */
  ended: z.object({ code: z.string().nullable(), message: z.string() }).nullable(),
}) satisfies z.ZodType<LearningNote>

/** Where learning is, for those who look at it from another process. */
export interface LearningNote {
  readonly process: ProcessIdentity
  readonly model: string
  readonly who: string
  readonly command: string
  readonly startedMs: number
  readonly atMs: number
  readonly run: string | null
  readonly phase: string | null
  readonly done: number
  readonly total: number
  readonly loss: number | null
  readonly etaS: number | null
  readonly paused: 'busy' | 'hand' | null
  readonly notice: string | null
  readonly ended: { readonly code: string | null; readonly message: string } | null
}

const fileOf = (dataDir: string) => join(learningDir(dataDir), 'progress.json')
const pauseFile = (dataDir: string) => join(learningDir(dataDir), 'paused.json')

/** Says how far this process has come with learning; a full disk never stops it. */
export function createLearningNote(options: {
  dataDir: string
  model: string
  who: string
  command: string
  clock: { nowMs(): number; monoMs(): number }
  everyMs?: number
}): { say(change: Partial<LearningNote>, now?: boolean): void } {
  const { dataDir, model, who, command, clock, everyMs = 1000 } = options
  const startedMs = clock.nowMs()
  let note: LearningNote = {
    process: processIdentity(),
    model,
    who,
    command,
    startedMs,
    atMs: startedMs,
    run: null,
    phase: null,
    done: 0,
    total: 0,
    loss: null,
    etaS: null,
    paused: null,
    notice: null,
    ended: null,
  }
  let writtenMs = Number.NEGATIVE_INFINITY
  return {
    say(change, now = false) {
      note = { ...note, ...change, atMs: clock.nowMs() }
      if (!now && clock.monoMs() - writtenMs < everyMs) return
      writtenMs = clock.monoMs()
      try {
        noteFile(fileOf(dataDir), note)
      } catch {
        // Whoever looks is told less.
      }
    },
  }
}

/** The latest note, and whether its process still works on it; null when nothing was ever learned here. */
export function readLearningNote(dataDir: string): { note: LearningNote; running: boolean } | null {
  try {
    const note = readJson(readFileSync(fileOf(dataDir), 'utf8'), noteSchema)
    return note && { note, running: note.ended === null && isAlive(note.process) }
  } catch {
    return null
  }
}

/** Asks learning to wait before its next step, or to go on; it looks every two seconds. */
export function askToPause(dataDir: string, who: string | null): void {
  if (who === null) {
    rmSync(pauseFile(dataDir), { force: true })
    return
  }
  makeFolders(learningDir(dataDir))
  noteFile(pauseFile(dataDir), { who })
}

export function isAskedToPause(dataDir: string): boolean {
  try {
    readFileSync(pauseFile(dataDir))
    return true
  } catch {
    return false
  }
}
