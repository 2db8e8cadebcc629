import { useSignal } from '@preact/signals'
import { useCallback, useEffect, useRef } from 'preact/hooks'
import { Link } from 'wouter-preact'
import { addressOf } from '../api/address.ts'
import { Badge, type Tone } from '../pieces/badge.tsx'
import { formatTime } from '../text/format.ts'
import { statusReason } from '../text/status-reason.ts'
import type { Way } from './fallback.ts'
import { chosenMode } from './layers.ts'
import { createLivePlayer, type LivePlayer, type PlayerState } from './live-player.ts'
import type { StreamName } from './messages.ts'
import { Overlay } from './overlay.tsx'
import { text } from './text.ts'
import type { LiveCamera } from './use-cameras.ts'
import { useInView } from './use-in-view.ts'

export interface TileProps {
  readonly camera: LiveCamera
  readonly stream: StreamName
  /** Where a click leads; absent: nowhere, it is shown alone. */
  readonly href?: string
  /** The key that leads there. */
  readonly keyName?: string
}

/** One camera: its still at once, then its pictures; what is seen on them; how it is, and how it is shown. */
export function Tile({ camera, stream, href, keyName }: TileProps) {
  const { id } = camera
  const root = useRef<HTMLElement>(null)
  const host = useRef<HTMLDivElement>(null)
  const player = useRef<LivePlayer | null>(null)
  const draws = useRef(new Set<() => void>())
  const state = useSignal<PlayerState | null>(null)
  const visible = useInView(root)
  const chosen = chosenMode.value
  const onFrame = useCallback((draw: () => void) => {
    draws.current.add(draw)
    return () => draws.current.delete(draw)
  }, [])
  const moment = useCallback(() => player.current?.moment() ?? null, [])
  const shown = visible.value && !camera.paused

  useEffect(() => {
    if (!shown) return
    const own = createLivePlayer({
      cameraId: id,
      stream,
      chosen,
      host: host.current!,
      onFrame() {
        for (const draw of draws.current) draw()
      },
    })
    player.current = own
    const stop = own.state.subscribe((next) => {
      state.value = next
    })
    return () => {
      stop()
      own.close()
      player.current = null
      state.value = null
    }
  }, [shown, id, stream, chosen])

  const now = state.value
  return (
    <figure
      ref={root}
      class="live-tile"
      data-camera={id}
      data-moving={now?.moving ?? false}
      data-mode={now?.way.mode}
    >
      {camera.status?.state === 'live' && <Still id={id} hidden={now?.moving === true} />}
      <div ref={host} class="live-host" />
      {shown && <Overlay cameraId={id} aspect={now?.aspect ?? null} moment={moment} onFrame={onFrame} />}
      <Notice camera={camera} now={now} />
      <figcaption class="live-caption">
        <span class="live-name">{id}</span>
        {now?.moving && <WayBadge way={now.way} />}
      </figcaption>
      {href !== undefined && (
        <Link
          href={href}
          className="live-open"
          aria-label={text.value.open(id)}
          title={keyName ? `${text.value.open(id)} (${keyName})` : text.value.open(id)}
        />
      )}
    </figure>
  )
}

/** The picture that is there before anything moves. */
function Still({ id, hidden }: { id: string; hidden: boolean }) {
  const good = useSignal(false)
  return (
    <img
      class={`live-screen live-still${good.value && !hidden ? '' : ' is-coming'}`}
      src={addressOf(`/api/v1/cameras/${encodeURIComponent(id)}/picture`)}
      alt=""
      onLoad={() => {
        good.value = true
      }}
      onError={() => {
        good.value = false
      }}
    />
  )
}

function WayBadge({ way }: { way: Way }) {
  const t = text.value
  const name = t.modes[way.mode]
  const why = way.why === null ? '' : t.whys[way.why]
  const whole = t.badge(name, why)
  return (
    <span class="live-way" title={whole}>
      <Badge tone={way.why === null || way.why === 'chosen' ? 'neutral' : 'warning'}>
        <span aria-hidden="true">{name}</span>
        <span class="visually-hidden">{whole}</span>
      </Badge>
    </span>
  )
}

const tones: Readonly<Record<string, Tone>> = { offline: 'critical', stalled: 'warning', connecting: 'info' }

/** Why there is no moving picture. */
function Notice({ camera, now }: { camera: LiveCamera; now: PlayerState | null }) {
  const t = text.value
  if (camera.paused) return <NoticeBox name="paused" title={t.states.paused} />
  if (now && !now.linked) return <NoticeBox name="unlinked" title={t.unlinked} />
  // In the way of stills nobody says how the camera is but the list.
  const said = now?.camera ?? (now?.way.mode === 'stills' && !now.moving ? ofList(camera) : null)
  if (said && said.state !== 'live') {
    const since = t.since(formatTime(said.sinceMs))
    return (
      <NoticeBox
        name={said.state}
        title={`${t.states[said.state]} ${since}`}
        tone={tones[said.state] ?? 'neutral'}
        reason={said.reason}
      />
    )
  }
  if (now?.moving && now.slow) return <NoticeBox name="slow" title={t.slow} tone="warning" />
  return now?.moving ? null : <NoticeBox name="opening" title={t.opening} quiet />
}

function ofList({ status }: LiveCamera) {
  return status && { state: status.state, reason: status.reason, sinceMs: Date.parse(status.since) }
}

function NoticeBox(props: { name: string; title: string; tone?: Tone; reason?: string; quiet?: boolean }) {
  const { name, title, tone = 'neutral', reason, quiet = false } = props
  return (
    <div class={`live-notice${quiet ? ' is-quiet' : ''}`} data-notice={name} role="status">
      <Badge tone={tone}>{title}</Badge>
      {reason && <span class="live-reason">{statusReason(reason)}</span>}
    </div>
  )
}
