import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createSocketLine } from '../../../../src/http/sockets/socket-line.ts'

function setup(may = { look: true }) {
  const calls: unknown[] = []
  let tick = () => {}
  const socket = Object.assign(new EventEmitter(), {
    readyState: WebSocket.OPEN as number,
    bufferedAmount: 0,
    send: (data: unknown) => calls.push(['send', data]),
    ping: () => calls.push('ping'),
    terminate: () => calls.push('terminate'),
    close: (code: number) => calls.push(['close', code]),
  })
  const clock = {
    after(_ms: number, fn: () => void) {
      tick = fn
      return () => {
        tick = () => {}
      }
    },
  }
  const line = createSocketLine(socket as unknown as WebSocket, { mayStill: () => may.look, clock })
  return { line, socket, calls, tick: () => tick() }
}

describe('an open socket', () => {
  it('asks now and then whether the other side is there, and ends one that is not', () => {
    const { socket, calls, tick } = setup()
    tick()
    socket.emit('pong')
    tick()
    tick()
    expect(calls).toEqual(['ping', 'ping', 'terminate'])
  })

  it('ends when who opened it may not look any more', () => {
    const may = { look: true }
    const { socket, calls, tick } = setup(may)
    tick()
    socket.emit('pong')
    may.look = false
    tick()
    expect(calls).toEqual(['ping', ['close', 1008]])
  })

  it('tells once that it is closed, also who asks later, and asks no more', () => {
    const { line, socket, calls, tick } = setup()
    let told = 0
    line.onClose(() => told++)
    socket.emit('close')
    line.onClose(() => told++)
    tick()
    expect([told, calls]).toEqual([2, []])
  })

  it('says nothing on one that is closing, and holds no more than fits for one that reads nothing', () => {
    const { line, socket, calls } = setup()
    line.say({ type: 'state', reason: '</script>' })
    socket.bufferedAmount = 65 * 1024 * 1024
    line.send(new Uint8Array(1))
    socket.readyState = WebSocket.CLOSING
    line.send(new Uint8Array(1))
    expect(calls).toHaveLength(2)
    expect(calls[1]).toBe('terminate')
  })
})
