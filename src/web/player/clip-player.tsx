import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { Button } from '../pieces/button.tsx'
import { Icon } from '../pieces/icon.tsx'
import { useShortcuts } from '../pieces/shortcuts.ts'
import { formatDuration } from '../text/format.ts'
import { type BoxMoment, boxesAt } from './boxes.ts'
import { nextSpeed, speeds } from './speeds.ts'
import { text } from './text.ts'
import './player.css'

export interface ClipPlayerProps {
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
  const video = useRef<HTMLVideoElement>(null)
  const frameS = useRef(usualFrameS)
  const playing = useSignal(false)
  const atS = useSignal(0)
  const speed = useSignal(1)
  const loops = useSignal(false)
  const failed = useSignal(false)
  const showBoxes = useSignal(true)
  const lengthS = useSignal(durationMs / 1000)

  useEffect(() => {
    failed.value = false
    lengthS.value = durationMs / 1000
    return followFrames(video.current!, (mediaS, gapS) => {
      if (gapS > 0.005 && gapS < 0.5) frameS.current = gapS
      atS.value = mediaS
      onTime?.(mediaS)
    })
  }, [src])

  const setSpeed = (value: number) => {
    speed.value = value
    video.current!.playbackRate = value
  }
  const toggle = () => {
    const element = video.current!
    if (element.paused) void element.play().catch(() => {})
    else element.pause()
  }
  const seek = (toS: number) => {
    const element = video.current!
    element.currentTime = Math.min(Math.max(0, toS), Math.max(0, lengthS.value - 0.001))
    atS.value = element.currentTime
  }
  const step = (by: 1 | -1) => {
    video.current!.pause()
    seek(atS.value + by * frameS.current + 0.001)
  }
  useShortcuts('here', () => [
    { keys: 'Space', label: playing.value ? t.pause : t.play, run: toggle },
    { keys: ',', label: t.back, repeats: true, run: () => step(-1) },
    { keys: '.', label: t.forward, repeats: true, run: () => step(1) },
    { keys: '<', label: t.slower, run: () => setSpeed(nextSpeed(speed.value, -1)) },
    { keys: '>', label: t.faster, run: () => setSpeed(nextSpeed(speed.value, 1)) },
    {
      keys: 'l',
      label: t.loop,
      run: () => {
        loops.value = !loops.value
      },
    },
  ])
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
        {showBoxes.value && boxes.length > 0 && <Boxes moments={boxes} atS={atS.value} />}
        {failed.value && (
          <p class="player-problem" role="alert">
            {t.failed}
          </p>
        )}
      </div>
      <div class="player-bar" style={shares}>
        <input
          type="range"
          min={0}
          max={lengthS.value}
          step={0.01}
          value={atS.value}
          aria-label={t.position}
          aria-valuetext={formatDuration(atS.value * 1000)}
          onInput={(event) => seek(Number(event.currentTarget.value))}
        />
        {preRollMs > 0 && <span class="player-pre-roll" title={t.preRoll} />}
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
        <span class="player-time numbers">
          {formatDuration(atS.value * 1000)} / {formatDuration(lengthS.value * 1000)}
        </span>
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
          icon="loop"
          label={t.loop}
          keyName="l"
          pressed={loops.value}
          onClick={() => {
            loops.value = !loops.value
          }}
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
        <Button
          kind="quiet"
          icon="expand"
          label={t.fullscreen}
          onClick={() => void video.current!.requestFullscreen()}
        />
        <a
          class="button is-quiet is-icon"
          href={src}
          download={downloadName}
          aria-label={t.download}
          title={t.download}
        >
          <Icon name="download" />
        </a>
      </div>
    </div>
  )
}

function Boxes({ moments, atS }: { moments: readonly BoxMoment[]; atS: number }) {
  return (
    <svg class="player-boxes" viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
      {boxesAt(moments, atS).map(({ id, x, y, width, height }) => (
        <rect key={id} x={x} y={y} width={width} height={height} />
      ))}
    </svg>
  )
}

/** Calls back with the time of each picture that is shown, and the time since the one before. Returns what ends it. */
function followFrames(video: HTMLVideoElement, shown: (mediaS: number, gapS: number) => void): () => void {
  let before = 0
  let ended = false
  let handle = 0
  const take = (mediaS: number) => {
    shown(mediaS, mediaS - before)
    before = mediaS
  }
  if (!('requestVideoFrameCallback' in video)) {
    const element = video as HTMLVideoElement
    const update = () => take(element.currentTime)
    element.addEventListener('timeupdate', update)
    return () => element.removeEventListener('timeupdate', update)
  }
  const next = () => {
    handle = video.requestVideoFrameCallback((_now, { mediaTime }) => {
      if (ended) return
      take(mediaTime)
      next()
    })
  }
  next()
  return () => {
    ended = true
    video.cancelVideoFrameCallback(handle)
  }
}
