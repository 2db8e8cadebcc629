import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { addressOf } from '../api/address.ts'
import { formatDateTime, formatTime } from '../text/format.ts'
import { shownTheme } from '../text/theme.ts'
import { token } from '../text/token.ts'
import { type BandColours, bandHeightPx, drawBand } from './draw-band.ts'
import { text } from './text.ts'
import { pan, shareOf, type TimeWindow, timeAt, zoom } from './time-window.ts'
import type { Timeline } from './timeline-data.ts'

export interface TimeBandProps {
  readonly camera: string
  readonly window: TimeWindow
  readonly timeline: Timeline | null
  readonly headMs: number
  readonly onWindow: (window: TimeWindow) => void
  readonly onSeek: (atMs: number) => void
}

/** Below this a press is a press and no pull. */
const pullPx = 4

/** The band of time: pulled with a finger or the mouse, zoomed by wheel or two fingers, pressed to go there. */
export function TimeBand({ camera, window, timeline, headMs, onWindow, onSeek }: TimeBandProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const hoverMs = useSignal<number | null>(null)
  const pointers = useRef(new Map<number, number>())
  const pulled = useRef(0)
  const width = useSignal(0)
  const colours = shownTheme.value
  useEffect(() => {
    drawBand(canvas.current!, { window, timeline, headMs, hoverMs: hoverMs.value }, coloursOf())
  }, [window, timeline, headMs, hoverMs.value, width.value, colours])
  useEffect(() => {
    const sizes = new ResizeObserver(() => {
      width.value = canvas.current!.clientWidth
    })
    sizes.observe(canvas.current!)
    return () => sizes.disconnect()
  }, [])
  const latest = useRef({ window, onWindow })
  latest.current = { window, onWindow }
  useEffect(() => {
    // The wheel must not scroll the page, which only a listener that is not passive can say.
    const wheel = (event: WheelEvent) => {
      event.preventDefault()
      const now = latest.current
      if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY))
        return now.onWindow(pan(now.window, (event.deltaX || event.deltaY) / canvas.current!.clientWidth))
      now.onWindow(zoom(now.window, 1.0015 ** event.deltaY, event.offsetX / canvas.current!.clientWidth))
    }
    const element = canvas.current!
    element.addEventListener('wheel', wheel, { passive: false })
    return () => element.removeEventListener('wheel', wheel)
  }, [])
  const shareAt = (clientX: number) => {
    const { left, width: across } = canvas.current!.getBoundingClientRect()
    return (clientX - left) / across
  }
  const move = (event: PointerEvent) => {
    hoverMs.value = timeAt(window, shareAt(event.clientX))
    const before = pointers.current.get(event.pointerId)
    if (before === undefined) return
    const others = [...pointers.current].filter(([id]) => id !== event.pointerId).map(([, x]) => x)
    pointers.current.set(event.pointerId, event.clientX)
    pulled.current += Math.abs(event.clientX - before)
    const [other] = others
    if (other === undefined) {
      if (pulled.current > pullPx)
        onWindow(pan(window, (before - event.clientX) / canvas.current!.clientWidth))
      return
    }
    const factor = Math.abs(other - before) / Math.max(1, Math.abs(other - event.clientX))
    onWindow(zoom(window, factor, shareAt((other + event.clientX) / 2)))
  }
  const up = (event: PointerEvent) => {
    if (!pointers.current.delete(event.pointerId)) return
    if (pulled.current <= pullPx && pointers.current.size === 0)
      onSeek(timeAt(window, shareAt(event.clientX)))
  }
  const share = hoverMs.value === null ? 0 : shareOf(window, hoverMs.value)
  return (
    <div class="band">
      <canvas
        ref={canvas}
        class="band-canvas"
        height={bandHeightPx}
        role="slider"
        tabIndex={0}
        aria-label={text.value.band}
        aria-valuemin={Math.round(window.fromMs / 1000)}
        aria-valuemax={Math.round((window.fromMs + window.spanMs) / 1000)}
        aria-valuenow={Math.round(headMs / 1000)}
        aria-valuetext={formatDateTime(headMs)}
        onPointerDown={(event) => {
          if (pointers.current.size === 0) pulled.current = 0
          pointers.current.set(event.pointerId, event.clientX)
          canvas.current!.setPointerCapture(event.pointerId)
        }}
        onPointerMove={move}
        onPointerUp={up}
        onPointerCancel={(event) => pointers.current.delete(event.pointerId)}
        onPointerLeave={() => {
          hoverMs.value = null
        }}
      />
      {hoverMs.value !== null && share >= 0 && share <= 1 && (
        <Preview camera={camera} atMs={hoverMs.value} share={share} timeline={timeline} />
      )}
    </div>
  )
}

/** A picture of the moment under the pointer; asked for when the pointer rests. */
function Preview(props: { camera: string; atMs: number; share: number; timeline: Timeline | null }) {
  const { camera, atMs, share, timeline } = props
  const shown = useSignal<string | null>(null)
  const second = Math.floor(atMs / 1000) * 1000
  const covered = timeline?.footage.some(({ from, to }) => Date.parse(from) <= atMs && atMs < Date.parse(to))
  useEffect(() => {
    if (!covered) {
      shown.value = null
      return
    }
    const rest = setTimeout(() => {
      const at = encodeURIComponent(new Date(second).toISOString())
      shown.value = addressOf(`/api/v1/cameras/${camera}/recording/picture?at=${at}`)
    }, 80)
    return () => clearTimeout(rest)
  }, [camera, second, covered])
  return (
    <div class="band-preview" style={{ left: `clamp(84px, ${share * 100}%, calc(100% - 84px))` }}>
      {shown.value && <img src={shown.value} alt="" width={160} height={90} />}
      <span class="numbers">{formatTime(atMs)}</span>
    </div>
  )
}

function coloursOf(): BandColours {
  return {
    text: token('--text-soft'),
    line: token('--line'),
    footage: token('--accent'),
    motion: token('--curve-1'),
    head: token('--critical'),
    severity: { info: token('--info'), warning: token('--warning'), critical: token('--critical') },
  }
}
