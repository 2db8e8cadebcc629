import { afterAll, describe, expect, it } from 'vitest'
import { createEventStreams } from '../../../../src/http/events/event-stream.ts'
import { fakeEvents } from '../fake-events.ts'
import { goodPassword, testAccounts } from '../test-accounts.ts'

const accounts = testAccounts()
afterAll(() => accounts.close())

describe('what stays open', () => {
  it('ends with the next heartbeat for who may not know any more', () => {
    let beat = () => {}
    const clock = {
      after(_ms: number, fn: () => void) {
        beat = fn
        return () => {}
      },
    }
    const streams = createEventStreams({ events: fakeEvents().events, clock })
    let known = true
    const stream = streams.open({ mayLook: () => true, mayStill: () => known })
    let ended = false
    stream.on('end', () => {
      ended = true
    })
    stream.resume()
    beat()
    expect(stream.readableEnded || stream.readable).toBe(true)
    known = false
    beat()
    return expect.poll(() => ended).toBe(true)
  })

  it('is known by session or token as long as that lasts, with the rights that it has now', async () => {
    await accounts.users.add({ name: 'root', role: 'admin', cameras: null, password: goodPassword })
    await accounts.users.add({ name: 'bob', role: 'viewer', cameras: null, password: goodPassword })
    const secret = await accounts.login({ name: 'bob', password: goodPassword, address: '::1', agent: '' })
    const opened = accounts.sessions.open(secret)!
    expect(accounts.sessions.reopen(opened.secretHash)).toMatchObject({ role: 'viewer', cameras: null })
    await accounts.users.change('bob', { cameras: ['elsewhere'] })
    expect(accounts.sessions.reopen(opened.secretHash)).toMatchObject({ cameras: ['elsewhere'] })
    accounts.users.remove('bob')
    expect(accounts.sessions.reopen(opened.secretHash)).toBeNull()
  })
})
