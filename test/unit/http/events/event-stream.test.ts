import type { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createEventStreams, eventStreamLimits } from '../../../../src/http/events/event-stream.ts'
import { alert, fakeEvents, status } from '../fake-events.ts'

function start(limits = eventStreamLimits) {
  const fake = fakeEvents()
  const timers = new Set<() => void>()
  const clock = {
    after(_ms: number, fn: () => void) {
      timers.add(fn)
      return () => timers.delete(fn)
    },
  }
  const pass = () => {
    for (const fn of [...timers]) {
      timers.delete(fn)
      fn()
    }
  }
  return { ...fake, timers, pass, streams: createEventStreams({ events: fake.events, clock, limits }) }
}

const everything = { mayLook: () => true }
/** What came, block by block; the first is for the browser alone. */
const blocks = (stream: Readable) =>
  String(stream.read() ?? '')
    .split('\n\n')
    .filter((block) => block !== '')
const names = (stream: Readable) => blocks(stream).flatMap((block) => /^event: (\w+)/.exec(block)?.[1] ?? [])

describe('a stream of events', () => {
  it('begins with the place and with how every camera is, and goes on with what happens', () => {
    const { streams, tell } = start()
    const stream = streams.open(everything)
    expect(blocks(stream)).toEqual([
      'retry: 2000',
      'id: 7',
      `event: status\ndata: ${JSON.stringify(status('gate').data)}`,
    ])
    tell(alert('a', 'gate', 8), status('gate'))
    expect(blocks(stream)).toEqual([
      'event: alert\nid: 8\ndata: {"alertId":"a","reviewed":false,"clip":null}',
      `event: status\ndata: ${JSON.stringify(status('gate').data)}`,
    ])
  })

  it('goes on where a client was, and tells nothing twice', () => {
    const { streams, tell, state } = start()
    state.missed = [alert('a', 'gate', 5), alert('b', 'gate', 7)]
    const stream = streams.open({ ...everything, lastEventId: '4' })
    expect(state.asked).toEqual([4])
    expect(blocks(stream).map((block) => /id: \d+/.exec(block)?.[0])).toEqual([
      undefined,
      'id: 5',
      'id: 7',
      'id: 7',
      undefined,
    ])
    tell(alert('b', 'gate', 7), alert('c', 'gate', 9))
    expect(blocks(stream)).toEqual([
      'event: alert\nid: 9\ndata: {"alertId":"c","reviewed":false,"clip":null}',
    ])
  })

  it('says when too much was missed, and begins anew after a place that is none', () => {
    const { streams, state } = start()
    state.missed = null
    expect(names(streams.open({ ...everything, lastEventId: '4' }))).toEqual(['reset', 'status'])
    expect(names(streams.open({ ...everything, lastEventId: 'x4' }))).toEqual(['status'])
    expect(state.asked).toEqual([4])
  })

  it('tells of no camera that somebody may not look at', () => {
    const { streams, tell, state } = start()
    state.missed = [alert('a', 'vault', 5)]
    const stream = streams.open({ lastEventId: '1', mayLook: (id) => id === 'gate' })
    tell(alert('b', 'vault', 8), status('vault'), alert('c', 'gate', 9))
    expect(blocks(stream).filter((block) => block.includes('alertId'))).toEqual([
      'event: alert\nid: 9\ndata: {"alertId":"c","reviewed":false,"clip":null}',
    ])
  })

  it('tells of learning, which shows footage of every camera, those alone who may see all', () => {
    const { streams, tell } = start()
    const learning = {
      kind: 'learning',
      cameraId: null,
      position: null,
      data: { run: 'r1', model: 'actions', state: 'running', phase: null, done: null, etaS: null },
    } as const
    const config = { kind: 'config', cameraId: null, position: null, data: { configHash: 'x' } } as const
    const some = streams.open({ mayLook: (id) => id === 'gate' })
    const all = streams.open(everything)
    tell(learning, config)
    expect(names(some).filter((name) => name !== 'status')).toEqual(['config'])
    expect(names(all).filter((name) => name !== 'status')).toEqual(['learning', 'config'])
  })

  it('says every 15 s that it is there, with one timer for all and none for nobody', async () => {
    const { streams, timers, pass } = start()
    expect(timers.size).toBe(0)
    const [one, two] = [streams.open(everything), streams.open(everything)]
    expect(timers.size).toBe(1)
    for (const stream of [one, two]) stream.read()
    pass()
    expect(blocks(one)).toEqual([': still here'])
    expect(blocks(two)).toEqual([': still here'])
    one.destroy()
    two.destroy()
    await setImmediate()
    expect(timers.size).toBe(0)
  })

  it('lets go of a client that takes nothing, and asks for it no more', async () => {
    const { streams, tell, listeners } = start({ ...eventStreamLimits, waitingBytes: 1000 })
    const stream = streams.open(everything)
    for (let n = 8; n < 40; n += 1) tell(alert('a', 'gate', n))
    expect(stream.destroyed).toBe(true)
    await setImmediate()
    expect(listeners.size).toBe(0)
  })

  it('refuses one too many, and takes another when one goes', async () => {
    const { streams } = start({ ...eventStreamLimits, clients: 1 })
    const stream = streams.open(everything)
    expect(() => streams.open(everything)).toThrow(expect.objectContaining({ code: 'API_BUSY' }))
    stream.destroy()
    await setImmediate()
    expect(streams.open(everything).destroyed).toBe(false)
  })

  it('ends all at the end', async () => {
    const { streams, tell } = start()
    const stream = streams.open(everything)
    const text: string[] = []
    stream.on('data', (chunk) => text.push(String(chunk)))
    const ended = new Promise((resolve) => stream.once('end', resolve))
    streams.close()
    tell(alert('late', 'gate', 9))
    await ended
    expect(text.join('')).not.toContain('late')
    expect(() => streams.open(everything)).toThrow(expect.objectContaining({ code: 'API_BUSY' }))
  })
})
