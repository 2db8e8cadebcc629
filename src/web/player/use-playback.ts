import { type Signal, useSignal } from '@preact/signals'
import type { RefObject } from 'preact'
import { useRef } from 'preact/hooks'
import { type Shortcut, useShortcuts } from '../pieces/shortcuts.ts'
import { nextSpeed } from './speeds.ts'
import { text } from './text.ts'
import { togglePlay } from './toggle-play.ts'

export interface Playback {
  readonly video: RefObject<HTMLVideoElement>
  /** Told by the video: whoever draws it sets this. */
  readonly playing: Signal<boolean>
  readonly speed: Signal<number>
  readonly toggle: () => void
  readonly step: (by: 1 | -1) => void
  readonly setSpeed: (speed: number) => void
}

/**
 * A recording that is played, with the keys that footage is looked at with.
 * @param show shows the picture before or after the one that is shown
 * @param more further keys of the player
 */
export function usePlayback(show: (by: 1 | -1) => void, more: readonly Shortcut[] = []): Playback {
  const t = text.value
  const video = useRef<HTMLVideoElement>(null)
  const playing = useSignal(false)
  const speed = useSignal(1)
  const toggle = () => togglePlay(video.current)
  const step = (by: 1 | -1) => {
    video.current!.pause()
    show(by)
  }
  const setSpeed = (value: number) => {
    speed.value = value
    video.current!.playbackRate = value
  }
  useShortcuts('here', () => [
    { keys: 'Space', label: playing.value ? t.pause : t.play, run: toggle },
    { keys: ',', label: t.back, repeats: true, run: () => step(-1) },
    { keys: '.', label: t.forward, repeats: true, run: () => step(1) },
    { keys: '<', label: t.slower, run: () => setSpeed(nextSpeed(speed.value, -1)) },
    { keys: '>', label: t.faster, run: () => setSpeed(nextSpeed(speed.value, 1)) },
    ...more,
  ])
  return { video, playing, speed, toggle, step, setSpeed }
}
