import type { ComponentChildren } from 'preact'
import { Button } from '../pieces/button.tsx'
import { speeds } from './speeds.ts'
import { text } from './text.ts'
import type { Playback } from './use-playback.ts'

/** The buttons below a recording: play, single pictures, speed, full screen. */
export function PlayControls(props: {
  of: Playback
  /** Where it is. */
  time: ComponentChildren
  /** Further buttons, before the one for the full screen and after it. */
  children?: ComponentChildren
  end?: ComponentChildren
}) {
  const { video, playing, speed, toggle, step, setSpeed } = props.of
  const t = text.value
  return (
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
      {props.time}
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
      {props.children}
      <Button
        kind="quiet"
        icon="expand"
        label={t.fullscreen}
        onClick={() => void video.current!.requestFullscreen()}
      />
      {props.end}
    </div>
  )
}
