import type { ChildProcess } from 'node:child_process'
import type { EventEmitter } from 'node:events'
import { createRequire } from 'node:module'
import type { Clock } from '../../core/clock.ts'
import { childEnvironment } from '../../core/process/child-environment.ts'
import type { Log } from '../../core/telemetry-port.ts'
import { runBehindOthers } from './behind-others.ts'
import type { LiveFeed } from './live-feed.ts'
import type { LoopbackCopy } from './loopback-copy.ts'
import { createTransportGroups, type TransportPiece } from './transport-groups.ts'

export interface Mpeg1Stream {
  /** Shows every piece of the transport stream until the returned function is called. */
  look(onPiece: (piece: TransportPiece) => void): () => void
  close(): void
}

/** The class of node-rtsp-stream that this project uses: ffmpeg from an address to MPEG-1 in a transport stream. */
export type Mpeg1Muxer = EventEmitter & { readonly stream: ChildProcess }
export type NewMpeg1Muxer = new (options: {
  readonly url: string
  readonly ffmpegPath: string
  readonly ffmpegOptions: Readonly<Record<string, string | number>>
}) => Mpeg1Muxer

/** Before it is started again after it ended by itself. */
const restartMs = 1000
/** Behind the input: they say what comes out. MPEG-1 knows few rates; a group lasts a second. */
const encoding = {
  '-loglevel': 'error',
  '-nostats': '',
  '-an': '',
  '-r': 25,
  '-vf': "scale=w='min(1280,iw)':h=-2",
  '-q:v': 6,
  '-maxrate': '4M',
  '-bufsize': '1M',
  '-bf': 0,
  '-g': 25,
  '-muxdelay': '0.001',
  '-flush_packets': 1,
} as const

/** A stream as MPEG-1 for browsers that lack its codec: one child, from the first who looks to the last. */
export function createMpeg1Stream(options: {
  readonly feed: LiveFeed
  readonly copies: LoopbackCopy
  readonly clock: Clock
  readonly log: Log
  readonly Muxer?: NewMpeg1Muxer
}): Mpeg1Stream {
  const { feed, copies, clock, log } = options
  const lookers = new Set<(piece: TransportPiece) => void>()
  let stopChild = () => {}
  let cancelRestart = () => {}
  let run = 0

  const start = async () => {
    const own = ++run
    const { url, withdraw } = await copies.offer(feed)
    if (own !== run) return withdraw()
    const Muxer = options.Muxer ?? loadMuxer()
    const muxer = withOwnEnvironment(() => new Muxer({ url, ffmpegPath: 'ffmpeg', ffmpegOptions: encoding }))
    // It would write a line of its own about each end; that is told here.
    muxer.stream.removeAllListeners('exit')
    runBehindOthers(muxer.stream.pid)
    const groups = createTransportGroups((piece) => {
      for (const looker of [...lookers]) looker(piece)
    })
    let over = false
    const again = () => {
      withdraw()
      if (own !== run || over) return
      over = true
      cancelRestart = clock.after(restartMs, begin)
    }
    muxer.on('mpeg1data', (chunk: Buffer) => {
      if (own === run) groups.push(chunk)
    })
    // Only listened to so that it is read: it says nothing but errors, and those end it.
    muxer.on('ffmpegStderr', () => {})
    muxer.stream.once('error', again)
    muxer.stream.once('close', again)
    stopChild = () => {
      muxer.stream.kill('SIGKILL')
      withdraw()
    }
  }
  const begin = () => {
    if (lookers.size === 0) return
    start().catch((thrown) => {
      log.warn({ err: thrown }, 'the MPEG-1 picture of a camera could not be started')
      cancelRestart = clock.after(restartMs, begin)
    })
  }
  const stop = () => {
    run += 1
    cancelRestart()
    stopChild()
    stopChild = () => {}
  }

  return {
    look(onPiece) {
      lookers.add(onPiece)
      if (lookers.size === 1) begin()
      return () => {
        if (lookers.delete(onPiece) && lookers.size === 0) stop()
      }
    },
    close() {
      lookers.clear()
      stop()
    },
  }
}

const loadMuxer = () => createRequire(import.meta.url)('node-rtsp-stream/mpeg1muxer.js') as NewMpeg1Muxer

/**
 * The muxer starts its child with the environment of this process, which may hold passwords. It does so at once, so that
 * for that moment the environment can be what any other child gets.
 */
function withOwnEnvironment<T>(make: () => T): T {
  const { env } = process
  process.env = childEnvironment(env)
  try {
    return make()
  } finally {
    process.env = env
  }
}
