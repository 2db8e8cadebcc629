import { catchUp, leastTargetS, nextTargetS } from './catch-up.ts'
import type { Screen, ScreenEvents } from './screen.ts'

type MediaSourceClass = typeof MediaSource
const scope = globalThis as { ManagedMediaSource?: MediaSourceClass; MediaSource?: MediaSourceClass }

/** MediaSource, or what an iPhone has in its place; undefined where there is none. */
export const mediaSourceClass: MediaSourceClass | undefined = scope.MediaSource ?? scope.ManagedMediaSource

/** Kept behind the picture, seconds. */
const keptS = 5
const trimAboveS = 15
const quietMs = 60_000

/** Plays fragmented MP4 as it comes, close to the newest picture. */
export function createMseScreen(mime: string, events: ScreenEvents): Screen {
  const video = document.createElement('video')
  video.muted = true
  video.playsInline = true
  video.disableRemotePlayback = true
  video.tabIndex = -1
  const source = new mediaSourceClass!()
  const address = URL.createObjectURL(source)
  let buffer: SourceBuffer | null = null
  let waiting: ArrayBuffer[] = []
  let frames = 0
  let mediaS: number | null = null
  let targetS = leastTargetS
  let changedMs = performance.now()
  let begun = false
  let closed = false

  const fault = () => {
    if (!closed) events.onFault()
  }
  const follow = () => {
    if (!buffer || buffer.buffered.length === 0) return
    const endS = buffer.buffered.end(buffer.buffered.length - 1)
    if (!begun) {
      begun = true
      const startS = buffer.buffered.start(buffer.buffered.length - 1)
      video.currentTime = Math.max(startS, endS - targetS)
      video.play().catch(() => {})
      return
    }
    const todo = catchUp({ currentS: video.currentTime, endS }, { targetS })
    if ('seekTo' in todo) video.currentTime = todo.seekTo
    else if (video.playbackRate !== todo.rate) video.playbackRate = todo.rate
  }
  const trim = (): boolean => {
    if (!buffer || buffer.updating || buffer.buffered.length === 0) return false
    if (video.currentTime - buffer.buffered.start(0) < trimAboveS) return false
    buffer.remove(0, video.currentTime - keptS)
    return true
  }
  const feed = () => {
    if (closed || !buffer || buffer.updating || source.readyState !== 'open') return
    follow()
    if (trim() || waiting.length === 0) return
    const whole = joined(waiting)
    waiting = []
    try {
      buffer.appendBuffer(whole)
    } catch {
      fault()
    }
  }
  const onFrame: VideoFrameRequestCallback = (_now, metadata) => {
    if (closed) return
    frames += 1
    mediaS = metadata.mediaTime
    events.onFrame()
    video.requestVideoFrameCallback(onFrame)
  }
  /** Where a browser cannot tell of each picture, it is asked what time it shows. */
  const onTime = () => {
    if (mediaS === video.currentTime) return
    frames += 1
    mediaS = video.currentTime
    events.onFrame()
  }
  source.addEventListener('sourceopen', () => {
    if (closed) return
    try {
      buffer = source.addSourceBuffer(mime)
      buffer.mode = 'segments'
    } catch {
      return fault()
    }
    buffer.addEventListener('updateend', feed)
    buffer.addEventListener('error', fault)
    feed()
  })
  if ('requestVideoFrameCallback' in video) video.requestVideoFrameCallback(onFrame)
  else (video as HTMLVideoElement).addEventListener('timeupdate', onTime)
  video.addEventListener('error', fault)
  video.addEventListener('waiting', () => {
    if (!begun) return
    targetS = nextTargetS(targetS, 'stumbled')
    changedMs = performance.now()
  })
  video.src = address
  const timer = setInterval(() => {
    if (performance.now() - changedMs > quietMs) {
      targetS = nextTargetS(targetS, 'quiet')
      changedMs = performance.now()
    }
    feed()
    if (begun && video.paused) video.play().catch(() => {})
  }, 250)

  return {
    element: video,
    push(bytes) {
      waiting.push(bytes)
      feed()
    },
    get frames() {
      return frames
    },
    get mediaS() {
      return mediaS
    },
    close() {
      closed = true
      clearInterval(timer)
      video.removeAttribute('src')
      video.load()
      URL.revokeObjectURL(address)
    },
  }
}

function joined(parts: readonly ArrayBuffer[]): ArrayBuffer {
  if (parts.length === 1) return parts[0]!
  const whole = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0))
  let at = 0
  for (const part of parts) {
    whole.set(new Uint8Array(part), at)
    at += part.byteLength
  }
  return whole.buffer
}
