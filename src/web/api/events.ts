import { signal } from '@preact/signals'
import { addressOf } from './address.ts'

export type EventName = 'alert' | 'status' | 'review' | 'learning' | 'config' | 'reset'

/** Whether what happens comes by itself; where it does not, a feature asks again now and then. */
export const eventsState = signal<'off' | 'connecting' | 'open' | 'lost'>('off')

type Listener = (data: unknown) => void
const listeners = new Map<EventName, Set<Listener>>()
const names: readonly EventName[] = ['alert', 'status', 'review', 'learning', 'config', 'reset']
const [shortestMs, longestMs] = [1000, 30_000]

let source: EventSource | null = null
let retry: ReturnType<typeof setTimeout> | undefined
let waitMs = shortestMs

/**
 * Calls `listener` with the data of every event of that name. All share one connection, which is there while anybody
 * listens, and which is made again by itself. Returns what ends it.
 */
export function onEvent(name: EventName, listener: Listener): () => void {
  const of = listeners.get(name) ?? new Set()
  listeners.set(name, of.add(listener))
  if (!source) connect()
  return () => {
    of.delete(listener)
    if ([...listeners.values()].every(({ size }) => size === 0)) disconnect()
  }
}

function connect(): void {
  clearTimeout(retry)
  eventsState.value = 'connecting'
  const opened = new EventSource(addressOf('/api/v1/events'))
  source = opened
  opened.onopen = () => {
    waitMs = shortestMs
    eventsState.value = 'open'
  }
  opened.onerror = () => {
    eventsState.value = 'lost'
    // The browser tries again by itself, unless it was refused.
    if (opened.readyState !== EventSource.CLOSED) return
    retry = setTimeout(connect, waitMs)
    waitMs = Math.min(longestMs, waitMs * 2)
  }
  for (const name of names)
    opened.addEventListener(name, (event) => {
      const data: unknown = JSON.parse(event.data)
      for (const listener of [...(listeners.get(name) ?? [])]) listener(data)
    })
}

function disconnect(): void {
  clearTimeout(retry)
  source?.close()
  source = null
  waitMs = shortestMs
  eventsState.value = 'off'
}
