import { configHash } from '../../src/config/config-hash.ts'
import { redactConfig } from '../../src/config/redact.ts'
import type { CameraConfig, Config } from '../../src/config/schema.ts'
import type { CameraStatus } from '../../src/core/camera-status.ts'
import type { Clock } from '../../src/core/clock.ts'
import { AppError } from '../../src/core/errors.ts'
import type { EventStore } from '../../src/event/event-store.ts'
import type { Sinks } from '../../src/event/sinks.ts'
import type { ModelStatus } from '../../src/http/health-port.ts'
import type { CameraEntry, SitePort, SiteStatus, StatusEntry } from '../../src/http/site-port.ts'
import { redactText } from '../../src/telemetry/redact-text.ts'
import type { Mutes } from '../live/mutes.ts'
import { createSiteAdmin, type SiteAdminOptions } from './site-admin.ts'
import { createSiteArchive } from './site-archive.ts'

export interface SiteOptions extends Omit<SiteAdminOptions, 'cameraOf'> {
  readonly statuses: () => readonly CameraStatus[]
  readonly models: () => readonly ModelStatus[]
  readonly sinks: Pick<Sinks, 'names' | 'problem'>
  readonly store: Pick<EventStore, 'lag' | 'waitingSinceMs' | 'deadLetters'>
  readonly mutes: Pick<Mutes, 'untilMs' | 'set'>
  readonly clock: Clock
}

/** A running Vireo as the REST API shows and changes it. */
export function createSite(options: SiteOptions): SitePort & { close(): void } {
  const { running, statuses, models, sinks, store, clock, started, mutes } = options
  const startedMs = clock.nowMs()
  const startedMonoMs = clock.monoMs()

  const cameras = (): CameraEntry[] => {
    const byId = new Map(statuses().map((status) => [status.cameraId, status]))
    return redactConfig(running()).cameras.map((camera) => entryOf(camera, byId, mutes.untilMs(camera.id)))
  }
  const status = (): SiteStatus => {
    const config: Config = running()
    const count = { connecting: 0, live: 0, stalled: 0, offline: 0, paused: 0 }
    const ids = new Set(config.cameras.map(({ id }) => id))
    for (const { cameraId, state } of statuses()) if (ids.has(cameraId)) count[state] += 1
    count.paused = config.cameras.filter(({ paused }) => paused).length
    return {
      node: started.node.name,
      configHash: configHash(config),
      startedAt: new Date(startedMs).toISOString(),
      uptimeS: Math.round((clock.monoMs() - startedMonoMs) / 1000),
      cameras: count,
      models: models(),
      sinks: sinks.names.map((name) => {
        const sinceMs = store.waitingSinceMs(name)
        const waitingSince = sinceMs === null ? null : new Date(sinceMs).toISOString()
        const { code, message } = sinks.problem(name) ?? {}
        const problem = code && message ? { code, message } : null
        return { name, pending: store.lag(name), waitingSince, problem, deadLetters: store.deadLetters(name) }
      }),
    }
  }
  const known = (id: string): CameraEntry => {
    const found = cameras().find((camera) => camera.id === id)
    if (found) return found
    throw new AppError('CAMERA_NOT_FOUND', `no camera "${id}"`)
  }
  return {
    status,
    cameras,
    async mute(id, minutes) {
      known(id)
      await mutes.set(id, minutes === null ? null : minutes * 60_000)
      return known(id)
    },
    ...createSiteAdmin({
      ...options,
      cameraOf: (id) => cameras().find((camera) => camera.id === id) ?? null,
    }),
    ...createSiteArchive(started.dataDir),
  }
}

function entryOf(
  camera: CameraConfig,
  byId: ReadonlyMap<string, CameraStatus>,
  mutedUntilMs: number | null,
): CameraEntry {
  const of = (id: string): StatusEntry | null => {
    const found = byId.get(id)
    if (!found) return null
    const { cameraId: _id, sinceMs, reason, ...rest } = found
    return { ...rest, reason: redactText(reason), since: new Date(sinceMs).toISOString() }
  }
  const { id, paused } = camera
  const mutedUntil = mutedUntilMs === null ? null : new Date(mutedUntilMs).toISOString()
  return { id, paused, mutedUntil, status: of(id), mainStatus: of(`${id}.main`), config: camera }
}
