import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { systemClock } from '../../../src/core/clock.ts'
import { openEventStore } from '../../../src/event/event-store.ts'
import { sealManifest } from '../../../src/review/dataset-manifest.ts'
import { databaseFile } from '../../../src/store/tables/event-database.ts'
import { blinkVideo } from '../../support/blink-video.ts'
import { writeBrightnessBundle } from '../../support/brightness-bundle.ts'

export const token = '0123456789abcdef0123'

export interface Site {
  readonly port: number
  readonly folder: string
  /** What the work did to the event loop of the site. */
  during(work: () => Promise<unknown>): Promise<Stall>
  close(): Promise<void>
}

export interface Stall {
  readonly worstMs: number
  /** Cameras that are live after it. */
  readonly live: number
  /** What the log has of faults that nobody foresaw. */
  readonly bugs: readonly string[]
}

export interface SiteOptions {
  readonly cameras: number
  /** Alerts that it has already. */
  readonly alerts: number
  /** Clips of its one dataset. */
  readonly datasetClips: number
}

/** A site with blinking cameras and a past, in a process of its own. */
export async function startSite({ cameras, alerts, datasetClips }: SiteOptions): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'vireo-attack-'))
  await writeBrightnessBundle(join(folder, 'model'))
  const video = await blinkVideo()
  const list = Array.from({ length: cameras }, (_, at) => ({ id: `cam${at}`, url: video, loop: true }))
  const config = {
    version: 1,
    dataDir: join(folder, 'data'),
    cameras: list,
    models: [{ name: 'light', path: join(folder, 'model'), intraOpThreads: 1 }],
    alerts: { rules: [{ name: 'bright', label: 'bright', updateEveryMs: 500 }] },
    recording: { preRollMs: 500, postRollMs: 200, lowFreeMb: 1, enoughFreeMb: 2 },
    sampling: { enabled: false },
    http: { port: 0, token },
  }
  writeFileSync(join(folder, 'vireo.yaml'), JSON.stringify(config, null, 1))
  writePast(config.dataDir, { alerts, datasetClips })
  const child = fork(join(import.meta.dirname, 'site-child.ts'), [folder], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const { address } = await answer<{ address: string }>(child)
  return {
    folder,
    port: Number(new URL(address).port),
    async during(work) {
      child.send('begin')
      await answer(child)
      await work()
      child.send('end')
      return await answer<Stall>(child)
    },
    async close() {
      const ended = once(child, 'exit')
      if (child.connected) child.send('stop')
      const late = setTimeout(() => child.kill('SIGKILL'), 15_000)
      await ended
      clearTimeout(late)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function answer<T>(child: ChildProcess): Promise<T> {
  const over = new AbortController()
  const { signal } = over
  try {
    const told = await Promise.race([
      once(child, 'message', { signal }),
      once(child, 'exit', { signal }).then(() => null),
    ])
    if (told === null) throw new Error('the site ended')
    return told[0] as T
  } finally {
    over.abort()
  }
}

function writePast(dataDir: string, { alerts, datasetClips }: Omit<SiteOptions, 'cameras'>): void {
  openEventStore({ dataDir, source: '/vireo/bench', clock: systemClock }).close()
  const database = new DatabaseSync(join(dataDir, databaseFile))
  const insert = database.prepare(
    `INSERT INTO alert (id, camera, label, rule, phase, seq, score, started_ms, last_ms, step)
     VALUES (?, 'cam0', 'bright', 'bright', 'end', 1, 0.9, ?, ?, ?)`,
  )
  database.exec('BEGIN')
  for (let at = 0; at < alerts; at += 1) {
    const startedMs = Date.now() - 1000 * (alerts - at)
    const alertId = at.toString(16).padStart(32, '0')
    insert.run(alertId, startedMs, startedMs + 500, JSON.stringify(stepOf(alertId, startedMs)))
  }
  database.exec('COMMIT')
  database.close()
  mkdirSync(join(dataDir, 'datasets/site'), { recursive: true })
  for (const version of [1, 2])
    writeFileSync(
      join(dataDir, `datasets/site/v${version}.json`),
      JSON.stringify(manifestOf(version, datasetClips)),
    )
}

function stepOf(alertId: string, startedMs: number) {
  return {
    alertId,
    phase: 'end',
    seq: 1,
    rule: 'bright',
    label: 'bright',
    severity: 'info',
    cameraId: 'cam0',
    zone: null,
    trackIds: [],
    score: 0.9,
    modelName: 'light',
    modelVersion: '1',
    configHash: 'x',
    epoch: 1,
    firstPtsUs: 0,
    lastPtsUs: 500_000,
    startedMs,
    lastMs: startedMs + 500,
    causeMonoMs: 0,
    endReason: 'cleared',
  }
}

function manifestOf(version: number, clips: number) {
  const entries = Array.from({ length: clips }, (_, at) => ({
    id: `clip${at}`,
    path: `/clips/${at}.mp4`,
    sha256: at.toString(16).padStart(64, '0'),
    startMs: 0,
    endMs: 1000 + version,
    camera: 'cam0',
    recordedMs: at,
    group: `cam0/${at % 50}`,
    side: 'train' as const,
    labels: ['bright'],
    notLabels: [],
    reason: 'alert' as const,
    fact: at,
    who: 'ann',
  }))
  return sealManifest({
    formatVersion: 1,
    name: 'site',
    version,
    createdMs: 0,
    parent: null,
    seed: 1,
    shares: { train: 0.7, validation: 0.15, test: 0.15 },
    labels: ['bright'],
    entries,
  })
}
