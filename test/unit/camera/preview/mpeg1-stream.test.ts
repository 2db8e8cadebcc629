import { EventEmitter } from 'node:events'
import { describe, expect, it, vi } from 'vitest'
import type { LiveFeed } from '../../../../src/camera/preview/live-feed.ts'
import type { LoopbackCopy } from '../../../../src/camera/preview/loopback-copy.ts'
import { createMpeg1Stream, type NewMpeg1Muxer } from '../../../../src/camera/preview/mpeg1-stream.ts'
import { noTelemetry } from '../../../../src/core/telemetry-port.ts'

function setup() {
  const muxers: {
    emit(name: string, ...given: unknown[]): void
    stream: EventEmitter
    url: string
    env: string[]
  }[] = []
  const killed: number[] = []
  const offers = { open: 0 }
  class Muxer extends EventEmitter {
    readonly stream: EventEmitter
    readonly url: string
    readonly env = Object.keys(process.env)
    constructor({ url }: { url: string }) {
      super()
      this.url = url
      const at = muxers.length
      this.stream = Object.assign(new EventEmitter(), { pid: undefined, kill: () => killed.push(at) })
      muxers.push(this)
    }
  }
  const waiting: (() => void)[] = []
  const copies: LoopbackCopy = {
    async offer() {
      offers.open += 1
      let open = true
      return {
        url: `http://127.0.0.1:1/${muxers.length}.mp4`,
        withdraw() {
          if (open) offers.open -= 1
          open = false
        },
      }
    },
    close() {},
  }
  const stream = createMpeg1Stream({
    feed: {} as LiveFeed,
    copies,
    clock: {
      nowMs: () => 0,
      monoMs: () => 0,
      after(_ms, fn) {
        waiting.push(fn)
        return () => void waiting.splice(waiting.indexOf(fn) >>> 0, 1)
      },
    },
    log: noTelemetry.log,
    Muxer: Muxer as unknown as NewMpeg1Muxer,
  })
  return { stream, muxers, killed, offers, waiting }
}
const packet = Buffer.alloc(188, 0)
packet[0] = 0x47

describe('MPEG-1 for browsers that lack a codec', () => {
  it('is made once for all who look, and not at all when the last is gone', async () => {
    const { stream, muxers, killed, offers } = setup()
    const seen = [0, 0]
    const leave = [stream.look(() => seen[0]!++), stream.look(() => seen[1]!++)]
    await vi.waitFor(() => expect(muxers).toHaveLength(1))
    muxers[0]!.emit('mpeg1data', packet)
    expect(seen).toEqual([1, 1])
    leave[0]!()
    expect(killed).toEqual([])
    leave[1]!()
    expect([killed, offers.open]).toEqual([[0], 0])
  })

  it('begins anew after it ended by itself, and with an address of its own', async () => {
    const { stream, muxers, offers, waiting } = setup()
    stream.look(() => {})
    await vi.waitFor(() => expect(muxers).toHaveLength(1))
    muxers[0]!.stream.emit('error', new Error('ENOENT'))
    muxers[0]!.stream.emit('close')
    expect(offers.open).toBe(0)
    expect(waiting).toHaveLength(1)
    for (const fn of waiting.splice(0)) fn()
    await vi.waitFor(() => expect(muxers).toHaveLength(2))
    expect(muxers[1]!.url).not.toBe(muxers[0]!.url)
    stream.close()
    expect(offers.open).toBe(0)
  })

  it('starts nothing for somebody who left before it was there', async () => {
    const { stream, muxers, offers } = setup()
    stream.look(() => {})()
    await Promise.resolve()
    await Promise.resolve()
    expect([muxers.length, offers.open]).toEqual([0, 0])
  })

  it('gives its child no variable that could be a password, and its own keeps all', async () => {
    process.env.CAMERA_PASSWORD = 'x'
    const { stream, muxers } = setup()
    stream.look(() => {})
    await vi.waitFor(() => expect(muxers).toHaveLength(1))
    expect(muxers[0]!.env).not.toContain('CAMERA_PASSWORD')
    expect(process.env.CAMERA_PASSWORD).toBe('x')
    delete process.env.CAMERA_PASSWORD
    stream.close()
  })
})
