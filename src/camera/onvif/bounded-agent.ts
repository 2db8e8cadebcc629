import http from 'node:http'
import https from 'node:https'
import type { Duplex } from 'node:stream'

export interface AgentOptions {
  readonly secure: boolean
  /** Most bytes that one connection may bring. */
  readonly mostBytes: number
  /** Looks at what comes; false: it is too much, too. */
  readonly accepts?: (bytes: Uint8Array) => boolean
  /** Called once when it brings more; the connection is closed. */
  readonly onExceeded: () => void
}

/**
 * An agent of one request whose connections end when they bring more than they may. It is the only hold on the
 * library's requests: they collect whatever comes, and their time limit begins anew with each byte. `destroy()`
 * ends what is still open.
 */
export function createBoundedAgent(options: AgentOptions): http.Agent {
  const agent = options.secure ? new https.Agent() : new http.Agent()
  const connect = agent.createConnection.bind(agent)
  agent.createConnection = (settings, done) => {
    const socket = connect(settings, done)
    if (socket) bound(socket, options)
    return socket
  }
  return agent
}

function bound(socket: Duplex, { mostBytes, accepts = () => true, onExceeded }: AgentOptions): void {
  let bytes = 0
  socket.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (socket.destroyed || (bytes <= mostBytes && accepts(chunk))) return
    onExceeded()
    socket.destroy()
  })
}
