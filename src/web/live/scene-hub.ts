import { type Signal, signal } from '@preact/signals'
import { type Places, readMessage, type Scene } from './messages.ts'
import { socketAddress } from './socket-address.ts'

/** What is seen on one camera, as it comes. */
export interface CameraScenes {
  readonly places: Signal<Places | null>
  /** The latest, the oldest first. */
  scenes: Scene[]
}

const mostScenes = 60
/** Tiles come and go together: the socket is opened once for all of them. */
const gatherMs = 150
const [shortestWaitMs, longestWaitMs] = [1000, 10_000]

const watched = new Map<string, CameraScenes & { lookers: number }>()
let socket: WebSocket | null = null
let timer: ReturnType<typeof setTimeout> | undefined
let waitMs = shortestWaitMs

/** What is seen on a camera until the returned function is called. All cameras share one socket. */
export function watchScenes(cameraId: string): { readonly of: CameraScenes; readonly leave: () => void } {
  let entry = watched.get(cameraId)
  if (!entry) {
    entry = { places: signal(null), scenes: [], lookers: 0 }
    watched.set(cameraId, entry)
    reopen(gatherMs)
  }
  const own = entry
  own.lookers += 1
  return {
    of: own,
    leave() {
      own.lookers -= 1
      if (own.lookers > 0 || watched.get(cameraId) !== own) return
      watched.delete(cameraId)
      reopen(gatherMs)
    },
  }
}

function reopen(inMs: number): void {
  clearTimeout(timer)
  timer = setTimeout(open, inMs)
}

function open(): void {
  const old = socket
  socket = null
  old?.close()
  if (watched.size === 0) return
  const cameras = [...watched.keys()].map(encodeURIComponent).join(',')
  const opened = new WebSocket(socketAddress(`/api/v1/overlays?cameras=${cameras}`))
  socket = opened
  opened.onmessage = ({ data }) => {
    waitMs = shortestWaitMs
    const message = readMessage(data)
    if (message?.type !== 'scene' && message?.type !== 'places') return
    const entry = watched.get(message.camera)
    if (!entry) return
    if (message.type === 'places') entry.places.value = message
    else entry.scenes = [...entry.scenes.slice(1 - mostScenes), message]
  }
  opened.onclose = () => {
    if (socket !== opened) return
    socket = null
    if (watched.size === 0) return
    reopen(waitMs)
    waitMs = Math.min(longestWaitMs, waitMs * 2)
  }
}
