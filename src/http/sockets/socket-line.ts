import { WebSocket } from 'ws'
import { type Clock, systemClock } from '../../core/clock.ts'
import { jsonLine } from '../../core/text/clean-text.ts'

/** An open WebSocket, one way: towards the page. */
export interface SocketLine {
  /** Bytes that wait to be sent. */
  readonly waiting: number
  /** Sends a message as JSON. */
  say(message: object): void
  send(bytes: Uint8Array): void
  /** Ends it; the reason is for people, at most 123 bytes. */
  end(code: number, reason: string): void
  /** Calls once when it is closed, by whomever. */
  onClose(fn: () => void): void
}

/** How often the other side is asked whether it is there. Who does not answer until the next time is gone. */
export const pingMs = 30_000
/** More than that waits only for somebody who reads nothing at all. */
const mostWaiting = 64 * 1024 * 1024

/** Who looks says nothing: what comes is not read, and one who says too much is ended by the size that is taken. */
export function createSocketLine(
  socket: WebSocket,
  options: {
    readonly clock?: Pick<Clock, 'after'>
    /** Asked with every ping: who logged out meanwhile, or may see it no more, looks no longer. */
    readonly mayStill?: () => boolean
  } = {},
): SocketLine {
  const { clock = systemClock, mayStill = () => true } = options
  let answered = true
  let cancelPing = () => {}
  const closing: (() => void)[] = []
  let closed = false

  const ping = () => {
    if (!answered) return socket.terminate()
    if (!mayStill()) return socket.close(1008, 'logged out')
    answered = false
    socket.ping()
    cancelPing = clock.after(pingMs, ping)
  }
  const put = (data: string | Uint8Array) => {
    if (socket.readyState !== WebSocket.OPEN) return
    if (socket.bufferedAmount > mostWaiting) return socket.terminate()
    socket.send(data)
  }
  cancelPing = clock.after(pingMs, ping)
  socket.on('pong', () => {
    answered = true
  })
  socket.on('error', () => socket.terminate())
  socket.once('close', () => {
    closed = true
    cancelPing()
    for (const fn of closing.splice(0)) fn()
  })

  return {
    get waiting() {
      return socket.bufferedAmount
    },
    say: (message) => put(jsonLine(message)),
    send: put,
    end: (code, reason) => socket.close(code, reason),
    onClose(fn) {
      if (closed) fn()
      else closing.push(fn)
    },
  }
}
