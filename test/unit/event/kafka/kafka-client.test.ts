import { createRequire } from 'node:module'
import { zstdDecompressSync } from 'node:zlib'
import kafkajs from 'kafkajs'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  CompressionTypes,
  retriableTypes,
  scheduleCheckPendingRequests,
} from '../../../../src/event/kafka/kafka-client.ts'

const RequestQueue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as new (
  options: object,
) => {
  scheduleCheckPendingRequests(): void
  checkPendingRequests(): void
  throttledUntil: number
  pending: unknown[]
}
const newQueue = () =>
  new RequestQueue({
    maxInFlightRequests: 1,
    requestTimeout: 1000,
    enforceRequestTimeout: false,
    clientId: 'c',
    broker: 'b',
    logger: { debug() {}, warn() {} },
  })

describe('the timer fix for kafkajs', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('is in place', () => {
    expect(newQueue().scheduleCheckPendingRequests).toBe(scheduleCheckPendingRequests)
  })

  it('sets no timer while nothing waits', () => {
    newQueue().checkPendingRequests()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('looks again after a short while when something waits, and not before throttling ends', () => {
    const setTimer = vi.spyOn(globalThis, 'setTimeout')
    const queue = newQueue()
    queue.pending.push({})
    queue.scheduleCheckPendingRequests()
    queue.scheduleCheckPendingRequests()
    expect(setTimer.mock.calls.map(([, delayMs]) => delayMs)).toEqual([10])
    const throttled = newQueue()
    throttled.pending.push({})
    throttled.throttledUntil = Date.now() + 500
    throttled.scheduleCheckPendingRequests()
    expect(setTimer.mock.calls.at(-1)?.[1]).toBe(500)
  })

  it('sends what waited once throttling is over', () => {
    const queue = newQueue()
    let sent = 0
    queue.pending.push({ send: () => (sent += 1), expectResponse: true, correlationId: 1 })
    queue.throttledUntil = Date.now() + 500
    queue.scheduleCheckPendingRequests()
    vi.advanceTimersByTime(499)
    expect(sent).toBe(0)
    vi.advanceTimersByTime(12)
    expect(sent).toBe(1)
  })
})

describe('zstd for kafkajs', () => {
  it('compresses to what zstd reads, and back', async () => {
    const codec = kafkajs.CompressionCodecs[CompressionTypes.ZSTD]!() as {
      compress(encoder: { buffer: Buffer }): Promise<Buffer>
      decompress(buffer: Buffer): Promise<Buffer>
    }
    const plain = Buffer.from('alert '.repeat(500))
    const packed = await codec.compress({ buffer: plain })
    expect(packed.length).toBeLessThan(plain.length / 10)
    expect(zstdDecompressSync(packed)).toEqual(plain)
    expect(await codec.decompress(packed)).toEqual(plain)
  })
})

describe('the errors of the protocol that kafkajs does not know', () => {
  const { createErrorFromCode } = createRequire(import.meta.url)('kafkajs/src/protocol/error') as {
    createErrorFromCode(code: number): Error & { type: string; retriable: boolean }
  }

  it.each([
    [3, 'UNKNOWN_TOPIC_OR_PARTITION', true],
    [29, 'TOPIC_AUTHORIZATION_FAILED', false],
    [89, 'THROTTLING_QUOTA_EXCEEDED', true],
    [90, 'PRODUCER_FENCED', false],
    [100, 'UNKNOWN_TOPIC_ID', true],
    [133, 'SHARE_SESSION_LIMIT_REACHED', true],
  ])('%i is %s, retriable: %s', (code, type, retriable) => {
    expect(createErrorFromCode(code)).toMatchObject({ type, retriable })
    expect(retriableTypes.has(type)).toBe(retriable)
  })
})
