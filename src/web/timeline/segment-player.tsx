import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { addressOf } from '../api/address.ts'
import { PlayControls } from '../player/play-controls.tsx'
import { usePlayback } from '../player/use-playback.ts'
import { formatDateTime } from '../text/format.ts'
import { type Segment, segmentAfter, segmentAt } from './timeline-data.ts'
import '../player/player.css'

interface SegmentPlayerProps {
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
  const current = useRef<Segment | null>(null)
  const momentMs = useSignal(wanted.atMs)
  const there = segmentAt(segments, wanted.atMs)
  const playback = usePlayback((by) => {
    const next = momentMs.value + by * frameS * 1000
    const segment = segmentAt(segments, next)
    if (segment) show(segment, next, false)
  })
  const { video, playing, speed, toggle } = playback

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
      <PlayControls
        of={playback}
        time={<time class="player-time numbers">{formatDateTime(momentMs.value)}</time>}
      />
    </div>
  )
}
