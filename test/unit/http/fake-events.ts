import type { EventsPort, SiteEvent } from '../../../src/http/events/events-port.ts'

/** Tells what it is told to tell. */
export function fakeEvents() {
  const listeners = new Set<(events: readonly SiteEvent[]) => void>()
  const state = { position: 7, missed: [] as readonly SiteEvent[] | null, asked: [] as number[] }
  const events: EventsPort = {
    position: () => state.position,
    since(position) {
      state.asked.push(position)
      return state.missed
    },
    statuses: () => [status('gate')],
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  const tell = (...told: SiteEvent[]) => {
    for (const listener of listeners) listener(told)
  }
  return { events, state, tell, listeners }
}

export const alert = (alertId: string, cameraId: string, position: number): SiteEvent => ({
  kind: 'alert',
  cameraId,
  position,
  data: { alertId, reviewed: false, clip: null },
})

export const status = (cameraId: string): SiteEvent => ({
  kind: 'status',
  cameraId,
  position: null,
  data: { id: cameraId, paused: true, mutedUntil: null, status: null, mainStatus: null },
})
