import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { runsDir } from '../../../src/core/data-dir.ts'
import type { RunEntry, RunResult } from '../../../src/http/learning-port.ts'
import { readJson } from '../../../src/store/read-json.ts'

const results = ['live', 'shadow', 'registered', 'refused'] as const

const recordSchema = z.object({
  id: z.string(),
  model: z.string(),
  startedMs: z.number(),
  finishedMs: z.number().nullable(),
  steps: z.record(z.string(), z.object({ doneMs: z.number(), result: z.unknown() })),
})
const begunSchema = z.looseObject({
  champion: z.string().nullable(),
  version: z.string(),
  compared: z.boolean().exactOptional(),
})
const metricsSchema = z.looseObject({
  accuracy: z.number().exactOptional(),
  macroF1: z.number().exactOptional(),
  macroF1Gain: z.number().exactOptional(),
  labelledClips: z.number().exactOptional(),
  testItems: z.number().exactOptional(),
  promote: z.boolean().exactOptional(),
})

/** A run as its folder tells, whoever began it. */
export interface StoredRun extends Omit<RunEntry, 'state'> {
  readonly finished: boolean
  readonly compared: boolean
  readonly judgedBy: number | null
  readonly steps: readonly { readonly name: string; readonly doneAt: string }[]
}

export interface RunArchive {
  /** Ids, the newest first: they begin with the time. */
  ids(): Promise<string[]>
  /** Null when there is none, or it cannot be read. */
  get(id: string): Promise<StoredRun | null>
}

const runId = /^[\w.-]{1,128}$/
const iso = (ms: number) => new Date(ms).toISOString()

/** The runs of a data directory. Each is read once for every time that it changes. */
export function createRunArchive(dataDir: string): RunArchive {
  const known = new Map<string, { readonly mark: string; readonly run: StoredRun | null }>()
  const dir = runsDir(dataDir)
  return {
    async ids() {
      const names = await readdir(dir, { withFileTypes: true }).catch(() => [])
      return names
        .filter((entry) => entry.isDirectory() && runId.test(entry.name))
        .map(({ name }) => name)
        .sort()
        .reverse()
    },
    async get(id) {
      if (!runId.test(id) || id.startsWith('.')) return null
      const files = [join(dir, id, 'run.json'), join(dir, id, 'metrics.json')] as const
      const times = await Promise.all(files.map((file) => stat(file).catch(() => null)))
      if (times[0] === null) return null
      const mark = times.map((each) => `${each?.mtimeMs}/${each?.size}`).join()
      const before = known.get(id)
      if (before?.mark === mark) return before.run
      const [record, metrics] = await Promise.all(
        files.map((file) => readFile(file, 'utf8').catch(() => null)),
      )
      const run = runOf(record ?? null, metrics ?? null)
      known.set(id, { mark, run })
      return run
    },
  }
}

function runOf(record: string | null, figures: string | null): StoredRun | null {
  const run = readJson(record, recordSchema)
  if (run === null) return null
  const begun = begunSchema.safeParse(run.steps.begin?.result).data
  const metrics = readJson(figures, metricsSchema)
  const promoted = run.steps.promote?.result
  const refused = metrics?.promote === false && run.finishedMs !== null
  const result: RunResult | null = isResult(promoted) ? promoted : refused ? 'refused' : null
  return {
    id: run.id,
    model: run.model,
    version: begun?.version ?? null,
    champion: begun?.champion ?? null,
    compared: begun?.compared ?? false,
    finished: run.finishedMs !== null,
    result,
    startedAt: iso(run.startedMs),
    finishedAt: run.finishedMs === null ? null : iso(run.finishedMs),
    clips: metrics?.labelledClips ?? null,
    accuracy: metrics?.accuracy ?? null,
    macroF1: metrics?.macroF1 ?? null,
    gain: metrics?.macroF1Gain ?? null,
    judgedBy: metrics?.testItems ?? null,
    steps: Object.entries(run.steps).map(([name, { doneMs }]) => ({ name, doneAt: iso(doneMs) })),
  }
}

const isResult = (value: unknown): value is RunResult => (results as readonly unknown[]).includes(value)
