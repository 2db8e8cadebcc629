import { afterEach, describe, expect, it, vi } from 'vitest'
import { createAlertReader, type ReceivedEvent, readJson } from '../../../examples/consumers/alert-reader.ts'

const printed = vi.spyOn(console, 'log').mockImplementation(() => {})
const complained = vi.spyOn(console, 'error').mockImplementation(() => {})
afterEach(() => vi.clearAllMocks())

const alert = {
  phase: 'new',
  cameraId: 'gate',
  label: 'falling',
  score: 0.8,
  startedAt: '2026-01-01T10:00:00.000Z',
  lastAt: '2026-01-01T10:00:01.000Z',
  endReason: null,
}
const event = (id: string, over: Partial<ReceivedEvent> = {}): ReceivedEvent => ({
  id,
  type: 'vireo.alert.new.v1',
  replay: false,
  data: alert,
  ...over,
})

describe('the reader of the examples', () => {
  it('prints an event once, however often it comes, and says what is history', () => {
    const read = createAlertReader()
    for (const replay of [true, false, true]) read(event('a', { replay }))
    expect(printed.mock.calls).toEqual([['2026-01-01T10:00:01.000Z gate new falling 0.80 [history]']])
  })

  it('remembers no more ids than it may: the oldest is forgotten first', () => {
    const read = createAlertReader(2)
    for (const id of ['a', 'b', 'c', 'b', 'c']) read(event(id))
    expect(printed).toHaveBeenCalledTimes(3)
    read(event('a'))
    expect(printed).toHaveBeenCalledTimes(4)
  })

  it.each([
    ['another version', event('a', { type: 'vireo.alert.new.v2' })],
    ['a camera status', event('a', { type: 'vireo.camera.status.v1' })],
    ['no data', event('a', { data: readJson(null) })],
    ['no JSON', event('a', { data: readJson(Buffer.from('{')) })],
    ['data of another shape', event('a', { data: { phase: 'new' } })],
  ])('passes over %s and reports it', (_case, strange) => {
    const read = createAlertReader()
    read(strange)
    expect(printed).not.toHaveBeenCalled()
    expect(complained).toHaveBeenCalledExactlyOnceWith(
      `passed over: event ${strange.id} of type ${strange.type}`,
    )
  })
})
