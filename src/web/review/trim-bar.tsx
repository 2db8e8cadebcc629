import type { Signal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { Button } from '../pieces/button.tsx'
import { formatNumber } from '../text/format.ts'
import type { ReviewItem } from './review-types.ts'
import { text } from './text.ts'
import { loopPart, moveEdge, type Part, timeAt } from './trim.ts'

const seconds = (ms: number) => formatNumber(ms / 1000, 1)

/** The clip as a bar with the part that counts; its edges are dragged, or moved with arrow keys. */
export function TrimBar(props: {
  clip: ReviewItem
  trimmed: Part | null
  timeMs: Signal<number>
  onTrim: (part: Part | null) => void
  onSeek: (ms: number) => void
}) {
  const { clip, trimmed, timeMs, onTrim, onSeek } = props
  const t = text.value
  const bar = useRef<HTMLDivElement>(null)
  const { durationMs } = clip
  const part = loopPart(clip, trimmed)
  const share = (ms: number) => `${(100 * Math.min(durationMs, Math.max(0, ms))) / Math.max(1, durationMs)}%`
  const msAt = (event: PointerEvent) =>
    timeAt(event.clientX, bar.current!.getBoundingClientRect(), durationMs)

  const edge = (name: 'start' | 'end') => {
    const value = name === 'start' ? part.startMs : part.endMs
    const move = (toMs: number) => onTrim(moveEdge(part, name, toMs, durationMs))
    return (
      <div
        role="slider"
        tabIndex={0}
        class={`trim-edge is-${name}`}
        aria-label={name === 'start' ? t.trimStart : t.trimEnd}
        aria-valuemin={0}
        aria-valuemax={durationMs}
        aria-valuenow={Math.round(value)}
        aria-valuetext={`${seconds(value)} s`}
        onPointerDown={(event) => {
          event.preventDefault()
          event.stopPropagation()
          event.currentTarget.focus()
          event.currentTarget.setPointerCapture(event.pointerId)
        }}
        onPointerMove={(event) => event.currentTarget.hasPointerCapture(event.pointerId) && move(msAt(event))}
        onKeyDown={(event) => {
          const step = { ArrowLeft: -100, ArrowRight: 100, PageUp: 1000, PageDown: -1000 }[event.key]
          if (step === undefined) return
          event.preventDefault()
          event.stopPropagation()
          move(value + step)
        }}
      />
    )
  }
  return (
    <div class="trim">
      <div
        ref={bar}
        class="trim-bar"
        style={{ '--from': share(part.startMs), '--to': share(part.endMs), '--now': share(timeMs.value) }}
        onPointerDown={(event) => onSeek(msAt(event))}
      >
        <div class="trim-part" />
        <div class="trim-now" />
        {edge('start')}
        {edge('end')}
      </div>
      <span class="trim-text numbers">{t.part(seconds(part.startMs), seconds(part.endMs))}</span>
      <Button kind="quiet" disabled={trimmed === null} onClick={() => onTrim(null)}>
        {t.wholeClip}
      </Button>
    </div>
  )
}
