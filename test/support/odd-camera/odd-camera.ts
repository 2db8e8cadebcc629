import { type AddressInfo, createServer, type Socket } from 'node:net'
import { listen } from '../listen.ts'
import { createPlayout } from './playout.ts'
import { serveRtsp } from './rtsp-session.ts'
import type { OddScript } from './script.ts'

export interface OddCamera {
  readonly url: string
  /** Requests so far, of all clients. */
  readonly requests: readonly string[]
  /** Milliseconds of `performance.now()` at the first PLAY, from which the script counts; null before it. */
  startedMs(): number | null
  close(): Promise<void>
}

/** A camera over RTSP that does what its script says: answers, times, losses, pictures. */
export async function createOddCamera(script: OddScript): Promise<OddCamera> {
  const playout = createPlayout(script)
  const requests: string[] = []
  const sockets = new Set<Socket>()
  const refusals = new Map(
    Object.entries(script.refusals ?? {}).map(([method, refusal]) => [
      method as keyof typeof script.refusals,
      { ...refusal, left: refusal.times ?? Number.POSITIVE_INFINITY },
    ]),
  )
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    serveRtsp({ socket, script, playout, refusals, onRequest: (method) => requests.push(method) })
  })
  await listen(server)
  const { port } = server.address() as AddressInfo
  return {
    url: `rtsp://127.0.0.1:${port}/odd`,
    requests,
    startedMs: playout.startedMs,
    async close() {
      playout.close()
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
