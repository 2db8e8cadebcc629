import type { Screen, ScreenEvents } from './screen.ts'

/** What jsmpeg wants its source to write to. */
interface Destination {
  write(bytes: ArrayBuffer): void
}

/** Decodes MPEG-1 in the page, for browsers that lack the camera's codec. Loaded when it is first wanted. */
export function createMpeg1Screen(events: ScreenEvents): Screen {
  const canvas = document.createElement('canvas')
  let destination: Destination | null = null
  let player: { destroy(): void } | null = null
  let waiting: ArrayBuffer[] = []
  let frames = 0
  let closed = false

  /** Gives the player what came on our own socket, which knows who looks. */
  class Source {
    readonly streaming = true
    established = false
    completed = false
    progress = 0
    connect(to: Destination) {
      destination = to
    }
    start() {
      this.established = true
      this.progress = 1
    }
    resume() {}
    destroy() {}
  }
  import('@cycjimmy/jsmpeg-player').then(
    ({ default: jsmpeg }) => {
      if (closed) return
      player = new jsmpeg.Player('', {
        canvas,
        source: Source,
        audio: false,
        // The page's policy lets no code be made at run time.
        disableWebAssembly: true,
        pauseWhenHidden: false,
        videoBufferSize: 2 * 1024 * 1024,
        onVideoDecode() {
          frames += 1
          events.onFrame()
        },
      })
      for (const bytes of waiting.splice(0)) destination?.write(bytes)
    },
    () => {
      if (!closed) events.onFault()
    },
  )

  return {
    element: canvas,
    push(bytes) {
      if (destination) destination.write(bytes)
      else waiting = [...waiting.slice(-200), bytes]
    },
    get frames() {
      return frames
    },
    mediaS: null,
    close() {
      closed = true
      player?.destroy()
    },
  }
}
