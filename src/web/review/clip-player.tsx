import { type Signal, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { addressOf } from '../api/address.ts'
import { togglePlay } from '../player/toggle-play.ts'
import type { ReviewItem } from './review-types.ts'
import { text } from './text.ts'
import { loopPart, type Part } from './trim.ts'

interface PlayerState {
  readonly timeMs: Signal<number>
  readonly loops: Signal<boolean>
  readonly slow: Signal<boolean>
  readonly video: { current: HTMLVideoElement | null }
}

export function usePlayer(): PlayerState {
  const timeMs = useSignal(0)
  const loops = useSignal(true)
  const slow = useSignal(false)
  const video = useRef<HTMLVideoElement | null>(null)
  return { timeMs, loops, slow, video }
}

/**
 * The clip in view and, unseen, the ones that follow: they are fetched and decoded before they are asked for, so that the
 * next one plays in the moment in which this one is judged.
 */
export function ClipPlayer(props: {
  clips: readonly ReviewItem[]
  trimmed: Part | null
  state: PlayerState
}) {
  const [shown] = props.clips
  return (
    <div class="review-stage">
      {props.clips.map((clip) => (
        <Clip
          key={clip.id}
          clip={clip}
          isShown={clip === shown}
          trimmed={props.trimmed}
          state={props.state}
        />
      ))}
    </div>
  )
}

function Clip(props: { clip: ReviewItem; isShown: boolean; trimmed: Part | null; state: PlayerState }) {
  const { clip, isShown, trimmed, state } = props
  const own = useRef<HTMLVideoElement>(null)
  const part = loopPart(clip, isShown ? trimmed : null)
  const { startMs, endMs } = part
  const [loops, slow] = [state.loops.value, state.slow.value]
  useEffect(() => {
    const video = own.current!
    video.currentTime = startMs / 1000
    if (!isShown) return
    state.video.current = video
    void video.play().catch(() => {})
    return () => video.pause()
  }, [isShown, startMs])
  useEffect(() => {
    own.current!.playbackRate = slow ? 0.5 : 1
  }, [slow])
  useEffect(() => {
    if (!isShown) return
    let frame = 0
    const follow = () => {
      const video = own.current!
      const now = video.currentTime * 1000
      state.timeMs.value = now
      if (loops && !video.paused && (now >= endMs || video.ended)) video.currentTime = startMs / 1000
      frame = requestAnimationFrame(follow)
    }
    frame = requestAnimationFrame(follow)
    return () => cancelAnimationFrame(frame)
  }, [isShown, loops, startMs, endMs])
  return (
    <video
      ref={own}
      class={isShown ? 'review-video' : 'review-video is-next'}
      src={addressOf(`/api/v1/review/${clip.id}/media`)}
      poster={addressOf(`/api/v1/review/${clip.id}/thumbnail`)}
      preload="auto"
      muted
      playsInline
      aria-label={text.value.video}
      aria-hidden={!isShown}
      onEnded={(event) => {
        if (!isShown || !loops) return
        event.currentTarget.currentTime = startMs / 1000
        void event.currentTarget.play().catch(() => {})
      }}
      onClick={() => isShown && togglePlay(state.video.current)}
    />
  )
}
