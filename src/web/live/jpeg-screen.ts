import type { Screen, ScreenEvents } from './screen.ts'

/** Shows pictures one after the other; of several that came meanwhile the newest. */
export function createJpegScreen(events: ScreenEvents): Screen {
  const image = document.createElement('img')
  image.alt = ''
  let frames = 0
  let shown: string | null = null
  let loading: string | null = null
  let next: ArrayBuffer | null = null

  const show = (bytes: ArrayBuffer) => {
    loading = URL.createObjectURL(new Blob([bytes], { type: 'image/jpeg' }))
    image.src = loading
  }
  const done = (good: boolean) => {
    if (shown) URL.revokeObjectURL(shown)
    shown = loading
    loading = null
    if (good) {
      frames += 1
      events.onFrame()
    }
    const waiting = next
    next = null
    if (waiting) show(waiting)
  }
  image.onload = () => done(true)
  image.onerror = () => done(false)

  return {
    element: image,
    push(bytes) {
      if (loading) next = bytes
      else show(bytes)
    },
    get frames() {
      return frames
    },
    mediaS: null,
    close() {
      image.onload = image.onerror = null
      for (const address of [shown, loading]) if (address) URL.revokeObjectURL(address)
    },
  }
}
