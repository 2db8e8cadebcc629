import { randomBytes } from 'node:crypto'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type LoopbackEnds, type PeerOwner, peerOwner } from '../../core/process/peer-owner.ts'
import type { LiveFeed } from './live-feed.ts'

/** Copies of streams for programs on this machine that want an address. */
export interface LoopbackCopy {
  /** An address that only who is told it can know, good for one reader; `withdraw` ends it. */
  offer(feed: LiveFeed): Promise<{ readonly url: string; readonly withdraw: () => void }>
  close(): void
}

/** Most bytes that wait for a reader; one that is further behind is ended. */
const mostWaiting = 16 * 1024 * 1024

/**
 * Serves fragments over HTTP on loopback alone, under a path that cannot be guessed. The path stands in the command line
 * of the program that reads it, where the address of a camera with its password must not, and where every user of the
 * machine can read it: so it is good for the first reader, who must be a program of the same user. Listens only while
 * something is offered.
 */
export function createLoopbackCopy(
  options: { readonly ownerOf?: (ends: LoopbackEnds) => PeerOwner } = {},
): LoopbackCopy {
  const { ownerOf = peerOwner } = options
  /** Not yet read. */
  const offers = new Map<string, LiveFeed>()
  const answers = new Map<string, ServerResponse>()
  const idle = () => offers.size === 0 && answers.size === 0
  let server: Server | null = null
  let listening: Promise<number> | null = null

  const listen = () => {
    const own = createServer({ requestTimeout: 5000, maxHeaderSize: 8192 }, (request, response) => {
      const refuse = () => void response.writeHead(404).end()
      const path = request.url ?? ''
      if (request.method !== 'GET' || !offers.has(path)) return refuse()
      const owner = ownerOf(request.socket)
      if (owner !== null && owner !== process.geteuid?.()) return refuse()
      const feed = offers.get(path)!
      offers.delete(path)
      answers.set(path, response)
      serve(feed, response)
    })
    own.on('clientError', (_error, socket) => socket.destroy())
    server = own
    return new Promise<number>((resolve, reject) => {
      own.once('error', reject)
      own.listen(0, '127.0.0.1', () => resolve((own.address() as AddressInfo).port))
    })
  }
  const stop = () => {
    server?.close()
    server?.closeAllConnections()
    server = null
    listening = null
  }

  return {
    async offer(feed) {
      const path = `/${randomBytes(24).toString('hex')}.mp4`
      offers.set(path, feed)
      const withdraw = () => {
        const answer = answers.get(path)
        if (!offers.delete(path) && !answer) return
        answer?.destroy()
        answers.delete(path)
        if (idle()) stop()
      }
      try {
        listening ??= listen()
        return { url: `http://127.0.0.1:${await listening}${path}`, withdraw }
      } catch (thrown) {
        withdraw()
        throw thrown
      }
    },
    close() {
      offers.clear()
      for (const answer of answers.values()) answer.destroy()
      answers.clear()
      stop()
    },
  }
}

/** One connection of the camera: another init segment would be another file, so it ends the answer. */
function serve(feed: LiveFeed, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'video/mp4', 'cache-control': 'no-store' })
  let begun = false
  const leave = feed.look({
    state() {},
    begin({ data }) {
      if (begun) return void response.destroy()
      begun = true
      response.write(data)
    },
    media({ data }) {
      if (!begun) return
      if (response.writableLength > mostWaiting) response.destroy()
      else response.write(data)
    },
  })
  response.once('close', leave)
}
