import { z } from 'zod'
import type { Clock } from '../../src/core/clock.ts'
import type { OutboxEvent } from '../../src/core/events.ts'
import { type Log, noTelemetry } from '../../src/core/telemetry-port.ts'
import type { EventsPort, SiteEvent } from '../../src/http/events/events-port.ts'
import type { CameraEntry, SitePort } from '../../src/http/site-port.ts'
import { readJson } from '../../src/store/read-json.ts'
import type { OutboxReader } from '../../src/store/tables/outbox-reader.ts'

/** What comes within so short a time is told together. */
const gatherMs = 40
/** Events that are read at a time; what is more waits for the next round of the event loop. */
const mostRead = 500
/** A client that was away for more than so many events asks for the lists anew. */
const mostMissed = 2000

export interface EventHub extends EventsPort {
  /** Something was stored: whoever listens is told of it soon. */
  wake(): void
  /** The status of a camera, or of one of its streams, is another one. */
  status(streamId: string): void
  /** Reviews, learning, configuration: told at once, and kept nowhere. */
  tell(event: Extract<SiteEvent, { kind: 'review' | 'learning' | 'config' }>): void
  close(): void
}

/**
 * What happens, for those who listen. Alerts and clips come from the outbox, so that what is told was stored, and a
 * client that was away is told the same. While nobody listens nothing is read.
 */
export function createEventHub(options: {
  outbox: Pick<OutboxReader, 'after' | 'last'>
  site: Pick<SitePort, 'alert' | 'cameras'>
  clock: Pick<Clock, 'after'>
  log?: Log
}): EventHub {
  const { outbox, site, clock, log = noTelemetry.log } = options
  const listeners = new Set<(events: readonly SiteEvent[]) => void>()
  const changed = new Set<string>()
  let position = 0
  let cancel: (() => void) | null = null

  const tellAll = (events: readonly SiteEvent[]) => {
    if (events.length > 0) for (const listener of listeners) listener(events)
  }
  const standings = (wanted: (id: string) => boolean): SiteEvent[] =>
    site
      .cameras()
      .filter(({ id }) => wanted(id))
      .map(({ config: _config, ...data }: CameraEntry) => ({
        kind: 'status',
        cameraId: data.id,
        position: null,
        data,
      }))
  const gathered = () => {
    cancel = null
    if (listeners.size === 0) return changed.clear()
    try {
      const rows = outbox.after(position, mostRead)
      position = rows.at(-1)?.position ?? position
      tellAll([...eventsOf(rows, site), ...newInQueue(rows)])
      if (rows.length === mostRead) gather()
      if (changed.size === 0) return
      const ids = new Set([...changed].map((id) => id.replace(/\.main$/, '')))
      changed.clear()
      tellAll(standings((id) => ids.has(id)))
    } catch (thrown) {
      // The database is away for a moment: what was stored is told with the next thing.
      log.debug({ err: thrown }, 'events could not be read for those who listen')
    }
  }
  const gather = () => {
    if (listeners.size > 0) cancel ??= clock.after(gatherMs, gathered)
  }

  return {
    position: () => outbox.last(),
    since(from) {
      const last = outbox.last()
      // Another database: its places are others.
      if (from > last || last - from > mostMissed) return null
      return eventsOf(outbox.after(from, mostMissed), site)
    },
    statuses: () => standings(() => true),
    subscribe(listener) {
      if (listeners.size === 0) position = outbox.last()
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
    wake: gather,
    status(streamId) {
      if (listeners.size === 0) return
      changed.add(streamId)
      gather()
    },
    tell: (event) => tellAll([event]),
    close() {
      cancel?.()
      listeners.clear()
    },
  }
}

const about = z.looseObject({ alertId: z.string() })

/** The alerts that events are about, each once, with the place of its latest event. */
function eventsOf(rows: readonly OutboxEvent[], site: Pick<SitePort, 'alert'>): SiteEvent[] {
  const places = new Map<string, { cameraId: string; position: number }>()
  for (const { channel, dataJson, key, position } of rows) {
    if (channel === 'camera-status') continue
    const alertId = readJson(dataJson, about)?.alertId
    if (alertId === undefined) continue
    places.delete(alertId)
    places.set(alertId, { cameraId: key, position })
  }
  return [...places].flatMap(([alertId, place]): SiteEvent[] => {
    try {
      return [{ kind: 'alert', ...place, data: site.alert(alertId) }]
    } catch {
      // The clip of a sample, or an alert that was removed since.
      return []
    }
  })
}

/** Clips that are complete wait for somebody to judge them. */
function newInQueue(rows: readonly OutboxEvent[]): SiteEvent[] {
  return rows
    .filter(({ channel, attributes }) => channel === 'clips' && attributes.type === 'vireo.clip.ready.v1')
    .flatMap(({ dataJson, key }): SiteEvent[] => {
      const id = readJson(dataJson, about)?.alertId
      if (id === undefined) return []
      const data = { change: 'added', id, count: 1, who: null } as const
      return [{ kind: 'review', cameraId: key, position: null, data }]
    })
}
