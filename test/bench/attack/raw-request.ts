import { connect, type Socket } from 'node:net'

export interface RawAnswer {
  /** Of the last answer on the connection; 0 when none came. */
  readonly status: number
  readonly body: string
  /** Whether the server neither answered nor ended the connection in time. */
  readonly hung: boolean
}

/**
 * Sends bytes as they are and reads until the other side ends; gives up after a while. With `endAfterMs` it says then
 * that nothing more comes: a request that is not whole is otherwise waited for.
 */
export function rawRequest(
  port: number,
  bytes: Buffer | string,
  { timeoutMs = 30_000, endAfterMs = null }: { timeoutMs?: number; endAfterMs?: number | null } = {},
): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const parts: Buffer[] = []
    let hung = false
    const late = setTimeout(() => {
      hung = true
      socket.destroy()
    }, timeoutMs)
    socket.on('error', () => {})
    socket.on('data', (part) => parts.push(part))
    // Not ended yet: the server would take that for nobody who waits for an answer.
    let enough: NodeJS.Timeout | null = null
    socket.on('connect', () => {
      socket.write(bytes)
      if (endAfterMs !== null) enough = setTimeout(() => socket.end(), endAfterMs)
    })
    socket.on('close', () => {
      clearTimeout(late)
      if (enough) clearTimeout(enough)
      const text = Buffer.concat(parts).toString('latin1')
      const last = text.slice(Math.max(0, text.lastIndexOf('HTTP/1.1 ')))
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(last)?.[1] ?? 0)
      const split = last.indexOf('\r\n\r\n')
      resolve({ status, hung, body: split < 0 ? '' : last.slice(split + 4) })
    })
  })
}

/** Connections that are held open and do what is told; `close` ends them. */
export function holdConnections(port: number, count: number, begin: (socket: Socket) => void) {
  const timers: NodeJS.Timeout[] = []
  const sockets = Array.from({ length: count }, () => {
    const socket: Socket = connect(port, '127.0.0.1', () => begin(socket))
    socket.on('error', () => {})
    return socket
  })
  return {
    every(ms: number, act: (socket: Socket) => void) {
      timers.push(
        setInterval(() => {
          for (const socket of sockets) if (socket.writable) act(socket)
        }, ms),
      )
    },
    close() {
      for (const timer of timers) clearInterval(timer)
      for (const socket of sockets) socket.destroy()
    },
  }
}
