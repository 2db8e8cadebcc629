import { type ReadonlySignal, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { Button } from '../pieces/button.tsx'
import { Icon } from '../pieces/icon.tsx'
import { formatDuration } from '../text/format.ts'
import { type BoxMoment, boxesAt } from './boxes.ts'
import { followFrames } from './follow-frames.ts'
import { PlayControls } from './play-controls.tsx'
import { text } from './text.ts'
import { usePlayback } from './use-playback.ts'
import './player.css'

interface ClipPlayerProps {
  readonly src: string
  readonly poster?: string
  readonly durationMs: number
  /** What comes before the alert; marked on the bar. */
  readonly preRollMs: number
  readonly downloadName: string
  readonly boxes?: readonly BoxMoment[]
  /** Told where it is, seconds; curves beside it follow. */
  readonly onTime?: (atS: number) => void
}

/** A frame of a camera that says nothing of its rate. */
const usualFrameS = 1 / 25

/** A recording with what footage is looked at with: speed, single frames, loop, where the alert begins. */
export function ClipPlayer(props: ClipPlayerProps) {
  const { src, poster, durationMs, preRollMs, downloadName, boxes = [], onTime } = props
  const t = text.value
  const frameS = useRef(usualFrameS)
  const atS = useSignal(0)
  const loops = useSignal(false)
  const failed = useSignal(false)
  const showBoxes = useSignal(true)
  const lengthS = useSignal(durationMs / 1000)
  const turnLoop = () => {
    loops.value = !loops.value
  }
  const seek = (toS: number) => {
    const element = video.current!
    element.currentTime = Math.min(Math.max(0, toS), Math.max(0, lengthS.value - 0.001))
    atS.value = element.currentTime
  }
  const playback = usePlayback(
    (by) => seek(atS.value + by * frameS.current + 0.001),
    [{ keys: 'l', label: t.loop, run: turnLoop }],
  )
  const { video, playing, speed, toggle } = playback
  useEffect(() => {
    failed.value = false
    lengthS.value = durationMs / 1000
    return followFrames(video.current!, (mediaS, gapS) => {
      if (gapS > 0.005 && gapS < 0.5) frameS.current = gapS
      atS.value = mediaS
      onTime?.(mediaS)
    })
  }, [src])
  const shares = { '--pre-roll': `${(100 * preRollMs) / Math.max(1, durationMs)}%` }
  return (
    <div class="player">
      <div class="player-picture">
        <video
          ref={video}
          src={src}
          {...(poster === undefined ? {} : { poster })}
          autoPlay
          muted
          playsInline
          preload="auto"
          loop={loops.value}
          onClick={toggle}
          onPlay={() => {
            playing.value = true
            video.current!.playbackRate = speed.value
          }}
          onPause={() => {
            playing.value = false
          }}
          onError={() => {
            failed.value = true
          }}
          onLoadedMetadata={() => {
            const { duration } = video.current!
            if (Number.isFinite(duration)) lengthS.value = duration
          }}
        />
        {showBoxes.value && boxes.length > 0 && <Boxes moments={boxes} atS={atS} />}
        {failed.value && (
          <p class="player-problem" role="alert">
            {t.failed}
          </p>
        )}
      </div>
      <div class="player-bar" style={shares}>
        <SeekBar atS={atS} lengthS={lengthS} onSeek={seek} />
        {preRollMs > 0 && <span class="player-pre-roll" title={t.preRoll} />}
      </div>
      <PlayControls
        of={playback}
        time={<PlayTime atS={atS} lengthS={lengthS} />}
        end={
          <a
            class="button is-quiet is-icon"
            href={src}
            download={downloadName}
            aria-label={t.download}
            title={t.download}
          >
            <Icon name="download" />
          </a>
        }
      >
        <Button
          kind="quiet"
          icon="loop"
          label={t.loop}
          keyName="l"
          pressed={loops.value}
          onClick={turnLoop}
        />
        {boxes.length > 0 && (
          <Button
            kind="quiet"
            icon="grid"
            label={t.boxes}
            pressed={showBoxes.value}
            onClick={() => {
              showBoxes.value = !showBoxes.value
            }}
          />
        )}
      </PlayControls>
    </div>
  )
}

// What changes with every picture is drawn by itself, so that the rest of the page is not.

interface Where {
  readonly atS: ReadonlySignal<number>
  readonly lengthS: ReadonlySignal<number>
}

function SeekBar({ atS, lengthS, onSeek }: Where & { onSeek: (toS: number) => void }) {
  return (
    <input
      type="range"
      min={0}
      max={lengthS.value}
      step={0.01}
      value={atS.value}
      aria-label={text.value.position}
      aria-valuetext={formatDuration(atS.value * 1000)}
      onInput={(event) => onSeek(Number(event.currentTarget.value))}
    />
  )
}

function PlayTime({ atS, lengthS }: Where) {
  return (
    <span class="player-time numbers">
      {formatDuration(atS.value * 1000)} / {formatDuration(lengthS.value * 1000)}
    </span>
  )
}

function Boxes({ moments, atS }: { moments: readonly BoxMoment[]; atS: ReadonlySignal<number> }) {
  return (
    <svg class="player-boxes" viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
      {boxesAt(moments, atS.value).map(({ id, x, y, width, height }) => (
        <rect key={id} x={x} y={y} width={width} height={height} />
      ))}
    </svg>
  )
}
