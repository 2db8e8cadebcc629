import { type ReadonlySignal, signal } from '@preact/signals'
import { addressOf } from '../api/address.ts'
import { api } from '../api/client.ts'
import { firstWay, type Mode, mimeOf, nextWay, type Way, type Why } from './fallback.ts'
import { createJpegScreen } from './jpeg-screen.ts'
import { type CameraNow, type ClockNow, type Hello, readMessage, type StreamName } from './messages.ts'
import { createMpeg1Screen } from './mpeg1-screen.ts'
import { createMseScreen, mediaSourceClass } from './mse-screen.ts'
import type { Moment } from './scene-at.ts'
import type { Screen } from './screen.ts'
import { socketAddress } from './socket-address.ts'
import { createWatchdog } from './watchdog.ts'

export interface PlayerState {
  readonly way: Way
  /** The camera as the server says; null until it has. */
  readonly camera: CameraNow | null
  /** Whether a picture is shown that is of now. */
  readonly moving: boolean
  /** Whether the server can be heard. */
  readonly linked: boolean
  /** Whether pictures were left out a moment ago, because the connection is too slow for them. */
  readonly slow: boolean
  /** Width of the picture as a share of its height; null until it is known. */
  readonly aspect: number | null
}

export interface LivePlayer {
  readonly state: ReadonlySignal<PlayerState>
  /** The moment of the picture that is shown; null: as good as now. */
  moment(): Moment
  close(): void
}

/** The server says that who looks may not look any more. */
const notAllowed = 1008
const [shortestWaitMs, longestWaitMs] = [500, 8000]
const lookEveryMs = 1000
const slowMs = 8000

/**
 * Shows a camera in `host` and keeps it shown: the best way that works, begun anew where it stands still, another one where
 * that does not help.
 */
export function createLivePlayer(options: {
  readonly cameraId: string
  readonly stream: StreamName
  readonly chosen: Mode | 'auto'
  readonly host: HTMLElement
  readonly onFrame: () => void
}): LivePlayer {
  const { cameraId, stream, host, onFrame } = options
  const browser = { mediaSource: mediaSourceClass !== undefined }
  const state = signal<PlayerState>({
    way: firstWay(options.chosen, browser),
    camera: null,
    moving: false,
    linked: true,
    slow: false,
    aspect: null,
  })
  const watchdog = createWatchdog()
  let socket: WebSocket | null = null
  let screen: Screen | null = null
  /** Takes the place of `screen` with its first picture, so that nothing goes black. */
  let coming: Screen | null = null
  let hello: Hello | null = null
  let clock: ClockNow | null = null
  let received = 0
  let waitMs = shortestWaitMs
  let retry: ReturnType<typeof setTimeout> | undefined
  let slow: ReturnType<typeof setTimeout> | undefined
  let closed = false

  const change = (part: Partial<PlayerState>) => {
    state.value = { ...state.peek(), ...part }
  }
  const away = () => {
    const camera = state.peek().camera
    return camera !== null && camera.state !== 'live'
  }
  const show = (make: (events: { onFrame(): void; onFault(): void }) => Screen) => {
    coming?.close()
    coming?.element.remove()
    const next = make({
      onFrame() {
        if (coming === next) {
          screen?.close()
          screen?.element.remove()
          screen = next
          coming = null
          next.element.classList.remove('is-coming')
        }
        if (!state.peek().moving && !away()) change({ moving: true })
        onFrame()
      },
      onFault: () => fall('codec'),
    })
    coming = next
    next.element.classList.add('live-screen', 'is-coming')
    host.append(next.element)
    watchdog.reset(performance.now())
  }
  const begin = (way: Way) => {
    if (closed) return
    change({ way, moving: false })
    start()
  }
  const fall = (why: Why) => begin(nextWay(state.peek().way, why))
  const showSlow = () => {
    clearTimeout(slow)
    change({ slow: true })
    slow = setTimeout(() => change({ slow: false }), slowMs)
  }
  const onHello = (said: Hello) => {
    hello = said
    clock = null
    watchdog.reset(performance.now())
    if (said.widthPx > 0) change({ aspect: said.widthPx / said.heightPx })
    const { mode } = state.peek().way
    if (mode === 'mse') {
      const mime = mimeOf(said.codec)
      if (!mime || !mediaSourceClass!.isTypeSupported(mime)) return fall('codec')
      show((events) => createMseScreen(mime, events))
    } else if (!screen && !coming) show(mode === 'mpeg1' ? createMpeg1Screen : createJpegScreen)
  }
  const onText = (data: string) => {
    const message = readMessage(data)
    if (message?.type === 'hello') onHello(message)
    else if (message?.type === 'clock') clock = message
    else if (message?.type === 'state') {
      if (message.state === 'live') watchdog.reset(performance.now())
      change({ camera: message, ...(message.state === 'live' ? {} : { moving: false }) })
      // No way of moving pictures can carry what this camera sends.
      if (message.code === 'MEDIA_UNRECORDABLE') begin({ mode: 'stills', why: 'codec' })
    } else if (message?.type === 'skipped') showSlow()
  }
  const connect = () => {
    const { mode } = state.peek().way
    const opened = new WebSocket(
      socketAddress(`/api/v1/cameras/${encodeURIComponent(cameraId)}/live?stream=${stream}&as=${mode}`),
    )
    opened.binaryType = 'arraybuffer'
    socket = opened
    opened.onmessage = ({ data }) => {
      if (socket !== opened) return
      waitMs = shortestWaitMs
      if (!state.peek().linked) change({ linked: true })
      if (typeof data === 'string') return onText(data)
      received += 1
      ;(coming ?? screen)?.push(data as ArrayBuffer)
    }
    opened.onclose = ({ code }) => {
      if (socket !== opened || closed) return
      change({ linked: false, moving: false })
      // What this page shows is asked for anew, and says why it is not.
      if (code === notAllowed) void api.GET('/api/v1/cameras')
      retry = setTimeout(connect, waitMs)
      waitMs = Math.min(longestWaitMs, waitMs * 2)
    }
  }
  const stop = () => {
    clearTimeout(retry)
    const old = socket
    socket = null
    old?.close()
    coming?.close()
    coming?.element.remove()
    coming = null
  }
  const askForPicture = async () => {
    const target = coming ?? screen
    try {
      const answer = await fetch(addressOf(`/api/v1/cameras/${encodeURIComponent(cameraId)}/picture`))
      if (!answer.ok) throw new Error(String(answer.status))
      target?.push(await answer.arrayBuffer())
      if (!state.peek().linked) change({ linked: true })
    } catch (thrown) {
      change({ moving: false, linked: !(thrown instanceof TypeError) })
    }
    if (!closed && state.peek().way.mode === 'stills') retry = setTimeout(askForPicture, 1000)
  }
  const start = () => {
    stop()
    screen?.close()
    screen?.element.remove()
    screen = null
    received = 0
    watchdog.reset(performance.now())
    if (state.peek().way.mode !== 'stills') return connect()
    change({ camera: null })
    show(createJpegScreen)
    void askForPicture()
  }
  const timer = setInterval(() => {
    const { way, linked } = state.peek()
    if (way.mode === 'stills' || !linked) return
    const nowMs = performance.now()
    if (away() || document.hidden) return watchdog.reset(nowMs)
    const frames = (coming ?? screen)?.frames ?? 0
    const verdict = watchdog.look({ nowMs, frames, received })
    if (verdict === 'restart') start()
    else if (verdict === 'give-up') fall(received > 0 ? 'frozen' : 'nothing')
  }, lookEveryMs)
  start()

  return {
    state,
    moment() {
      const mediaS = screen?.mediaS ?? null
      if (mediaS === null || !hello) return null
      if (hello.sameLine) return { epoch: hello.epoch, ptsUs: mediaS * 1e6 }
      return clock ? { atMs: clock.zeroMs + mediaS * 1000 } : null
    },
    close() {
      closed = true
      clearInterval(timer)
      clearTimeout(slow)
      stop()
      screen?.close()
      screen?.element.remove()
    },
  }
}
