import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { addressOf } from '../api/address.ts'
import { Button } from '../pieces/button.tsx'
import { useShortcuts } from '../pieces/shortcuts.ts'
import { nextSpeed, speeds } from '../player/speeds.ts'
import { text as playerText } from '../player/text.ts'
import { formatDateTime } from '../text/format.ts'
import { type Segment, segmentAfter, segmentAt } from './timeline-data.ts'
import '../player/player.css'

export interface SegmentPlayerProps {
  readonly camera: string
  readonly segments: readonly Segment[]
  /** Where somebody went; another object for each time. */
  readonly wanted: { readonly atMs: number }
  /** Told of the moment that is shown. */
  readonly onMoment: (atMs: number) => void
}

const frameS = 1 / 25

/** The continuous recording as one film: at the end of a file it goes on with the next, over gaps. */
export function SegmentPlayer({ camera, segments, wanted, onMoment }: SegmentPlayerProps) {
  const t = playerText.value
  const video = useRef<HTMLVideoElement>(null)
  const current = useRef<Segment | null>(null)
  const playing = useSignal(false)
  const speed = useSignal(1)
  const momentMs = useSignal(wanted.atMs)
  const there = segmentAt(segments, wanted.atMs)

  const show = (segment: Segment, atMs: number, play: boolean) => {
    const element = video.current!
    const offsetS = Math.max(0, (atMs - segment.fromMs) / 1000)
    if (current.current?.fromMs !== segment.fromMs) {
      current.current = segment
      const at = encodeURIComponent(new Date(segment.fromMs).toISOString())
      element.src = addressOf(`/api/v1/cameras/${camera}/recording?at=${at}`)
    }
    element.currentTime = offsetS
    element.playbackRate = speed.value
    if (play) void element.play().catch(() => {})
  }
  useEffect(() => {
    if (!there) return
    show(there, wanted.atMs, !video.current!.paused)
    // In a gap the next picture is shown, and so is its time.
    momentMs.value = Math.max(wanted.atMs, there.fromMs)
    if (momentMs.value !== wanted.atMs) onMoment(momentMs.value)
  }, [wanted, there?.fromMs, camera])
  const tell = () => {
    const segment = current.current
    if (!segment) return
    momentMs.value = segment.fromMs + video.current!.currentTime * 1000
    onMoment(momentMs.value)
  }
  const goOn = () => {
    const next = current.current && segmentAfter(segments, current.current)
    if (next) show(next, next.fromMs, true)
    else playing.value = false
  }
  const setSpeed = (value: number) => {
    speed.value = value
    video.current!.playbackRate = value
  }
  const toggle = () => {
    const element = video.current!
    if (element.paused) void element.play().catch(() => {})
    else element.pause()
  }
  const step = (by: 1 | -1) => {
    video.current!.pause()
    const next = momentMs.value + by * frameS * 1000
    const segment = segmentAt(segments, next)
    if (segment) show(segment, next, false)
  }
  useShortcuts('here', () => [
    { keys: 'Space', label: playing.value ? t.pause : t.play, run: toggle },
    { keys: ',', label: t.back, repeats: true, run: () => step(-1) },
    { keys: '.', label: t.forward, repeats: true, run: () => step(1) },
    { keys: '<', label: t.slower, run: () => setSpeed(nextSpeed(speed.value, -1)) },
    { keys: '>', label: t.faster, run: () => setSpeed(nextSpeed(speed.value, 1)) },
  ])
  return (
    <div class="player">
      <div class="player-picture">
        <video
          ref={video}
          muted
          playsInline
          onClick={toggle}
          onTimeUpdate={tell}
          onSeeked={tell}
          onEnded={goOn}
          onPlay={() => {
            playing.value = true
          }}
          onPause={() => {
            playing.value = video.current!.ended
          }}
        />
      </div>
      <div class="player-controls">
        <Button
          kind="quiet"
          icon={playing.value ? 'pause' : 'play'}
          label={playing.value ? t.pause : t.play}
          keyName="Space"
          onClick={toggle}
        />
        <Button kind="quiet" icon="stepBack" label={t.back} keyName="," onClick={() => step(-1)} />
        <Button kind="quiet" icon="stepForward" label={t.forward} keyName="." onClick={() => step(1)} />
        <time class="player-time numbers">{formatDateTime(momentMs.value)}</time>
        <select
          class="player-speed"
          aria-label={t.speed}
          value={String(speed.value)}
          onChange={(event) => setSpeed(Number(event.currentTarget.value))}
        >
          {speeds.map((value) => (
            <option key={value} value={String(value)}>
              {value}×
            </option>
          ))}
        </select>
        <Button
          kind="quiet"
          icon="expand"
          label={t.fullscreen}
          onClick={() => void video.current!.requestFullscreen()}
        />
      </div>
    </div>
  )
}
