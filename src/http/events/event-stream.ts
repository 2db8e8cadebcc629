import { Readable } from 'node:stream'
import type { Clock } from '../../core/clock.ts'
import { AppError } from '../../core/errors.ts'
import { jsonLine } from '../../core/text/clean-text.ts'
import type { Identity } from '../access/identity.ts'
import { createShares } from '../access/shares.ts'
import type { EventsPort, SiteEvent } from './events-port.ts'

export interface EventStreamLimits {
  /** Most clients at once: each holds a connection for as long as its page is open. */
  readonly clients: number
  /** A client that leaves so much untaken is let go; it comes back by itself and goes on where it was. */
  readonly waitingBytes: number
  readonly heartbeatMs: number
}

export const eventStreamLimits: EventStreamLimits = {
  clients: 48,
  waitingBytes: 512 * 1024,
  heartbeatMs: 15_000,
}

/** How long a browser waits before it comes back. */
const retryMs = 2000

export interface EventStreams {
  /**
   * What happens from now on as server-sent events, after what was missed since `lastEventId`.
   *
   * @param client.who whose it is: one has a part of them at most
   * @param client.mayLook whether the client may know of this camera, or (null) of all; asked for every event
   * @param client.mayStill asked with every heartbeat: who logged out meanwhile is told nothing more
   * @throws AppError API_BUSY
   */
  open(client: {
    readonly who?: Pick<Identity, 'name' | 'via'>
    readonly lastEventId?: string
    readonly mayLook: (cameraId: string | null) => boolean
    readonly mayStill?: () => boolean
  }): Readable
  /** Ends all of them. */
  close(): void
}

/** Streams of server-sent events for pages. While none is open nothing is read and no timer runs. */
export function createEventStreams(options: {
  events: EventsPort
  clock: Pick<Clock, 'after'>
  limits?: EventStreamLimits
}): EventStreams {
  const { events, clock, limits = eventStreamLimits } = options
  const open = new Map<Readable, () => boolean>()
  const busy = 'too many pages listen to events; close some'
  const shares = createShares({ most: limits.clients, busy })
  let cancelBeat = () => {}
  let closed = false

  const beat = () => {
    cancelBeat = clock.after(limits.heartbeatMs, () => {
      for (const [stream, mayStill] of open)
        if (mayStill()) push(stream, ': still here\n\n')
        else stream.push(null)
      if (open.size > 0) beat()
    })
  }
  const push = (stream: Readable, text: string) => {
    if (closed || stream.destroyed) return
    stream.push(text)
    if (stream.readableLength > limits.waitingBytes) stream.destroy()
  }

  return {
    open({ who, lastEventId, mayLook, mayStill = () => true }) {
      if (closed) throw new AppError('API_BUSY', busy)
      const giveBack = shares.take(who ?? null)
      const stream = new Readable({ read() {} })
      let seen = 0
      const tell = (told: readonly SiteEvent[]) => {
        const text = told
          .filter((event) => isNew(event.position) && (isOfNobody(event) || mayLook(event.cameraId)))
          .map(textOf)
          .join('')
        for (const { position } of told) seen = Math.max(seen, position ?? 0)
        if (text !== '') push(stream, text)
      }
      const isNew = (position: number | null) => position === null || position > seen
      const unsubscribe = events.subscribe(tell)
      stream.once('close', () => {
        giveBack()
        unsubscribe()
        open.delete(stream)
        if (open.size === 0) cancelBeat()
      })
      open.set(stream, mayStill)
      if (open.size === 1) beat()
      const now = events.position()
      push(stream, `retry: ${retryMs}\n\n`)
      const from = lastEventId === undefined ? null : placeOf(lastEventId)
      if (from !== null) tell(events.since(from) ?? [reset])
      push(stream, `id: ${now}\n\n`)
      seen = Math.max(seen, now)
      tell(events.statuses())
      return stream
    },
    close() {
      closed = true
      for (const stream of open.keys()) stream.push(null)
    },
  }
}

/** Runs of learning show footage of every camera; the rest that is of no camera says nothing of any. */
const isOfNobody = ({ kind, cameraId }: SiteEvent) => cameraId === null && kind !== 'learning'

const reset: SiteEvent = { kind: 'reset', cameraId: null, position: null, data: {} }

/** Null for one that is none of ours: such a client begins anew. */
function placeOf(id: string): number | null {
  return /^\d{1,15}$/.test(id) ? Number(id) : null
}

function textOf({ kind, position, data }: SiteEvent): string {
  const id = position === null ? '' : `id: ${position}\n`
  return `event: ${kind}\n${id}data: ${jsonLine(data)}\n\n`
}
