import type { spawn as nodeSpawn } from 'node:child_process'
import type { Clock } from '../../core/clock.ts'
import type { FeedLooker, LiveFeed } from './live-feed.ts'
import { type PictureChild, startPictureChild, widestPx } from './picture-child.ts'

export interface PictureStream {
  /** Shows every picture to `onPicture` until the returned function is called. */
  look(onPicture: (jpeg: Buffer) => void): () => void
  /** The newest picture and when it was made, on the monotonic clock; null while nobody looks. */
  readonly latest: { readonly jpeg: Buffer; readonly monoMs: number } | null
  close(): void
}

const mostFps = 5
/** Before it is started again after it ended by itself. */
const restartMs = 1000

/** Pictures of a stream for all who can play nothing else: one child, from the first who looks to the last. */
export function createPictureStream(options: {
  readonly feed: LiveFeed
  readonly spawn: typeof nodeSpawn
  readonly clock: Clock
}): PictureStream {
  const { feed, spawn, clock } = options
  const lookers = new Set<(jpeg: Buffer) => void>()
  let child: PictureChild | null = null
  let latest: PictureStream['latest'] = null
  let leave: (() => void) | null = null
  let cancelRestart = () => {}
  /** It could not take a fragment: what follows is of no use before the next keyframe. */
  let skipping = false

  const stopChild = () => {
    cancelRestart()
    const stopped = child
    child = null
    stopped?.kill()
  }
  const startChild = (init: Uint8Array) => {
    stopChild()
    skipping = false
    const own = startPictureChild({
      input: { kind: 'mp4' },
      filter: `fps=${mostFps},scale=w='min(${widestPx},iw)':h=-2`,
      spawn,
      onPicture(jpeg) {
        if (child !== own) return
        latest = { jpeg, monoMs: clock.monoMs() }
        for (const looker of [...lookers]) looker(jpeg)
      },
      onEnd() {
        if (child !== own) return
        child = null
        cancelRestart = clock.after(restartMs, rejoin)
      },
    })
    child = own
    own.write(init)
  }
  const looker: FeedLooker = {
    state() {},
    begin: (init) => startChild(init.data),
    media({ keyframe, data }) {
      if (!child || (skipping && !keyframe)) return
      skipping = !child.write(data)
    },
  }
  const rejoin = () => {
    leave?.()
    leave = lookers.size > 0 ? feed.look(looker) : null
  }
  const stop = () => {
    leave?.()
    leave = null
    stopChild()
    latest = null
  }

  return {
    look(onPicture) {
      lookers.add(onPicture)
      if (latest) onPicture(latest.jpeg)
      if (lookers.size === 1) rejoin()
      return () => {
        if (lookers.delete(onPicture) && lookers.size === 0) stop()
      }
    },
    get latest() {
      return latest
    },
    close() {
      lookers.clear()
      stop()
    },
  }
}
