export type ShownState = 'live' | 'trouble' | 'connecting' | 'stalled' | 'offline' | 'paused'

/** What the server says of how a camera is. */
export interface CameraStanding {
  readonly paused: boolean
  readonly status: {
    readonly state: 'connecting' | 'live' | 'stalled' | 'offline'
    readonly picture: string
  } | null
}

/** How a camera is, in one word: one that is live and whose picture is of no use has trouble. */
export function shownState({ paused, status }: CameraStanding): ShownState {
  if (paused) return 'paused'
  if (!status) return 'connecting'
  return status.state === 'live' && status.picture !== 'ok' ? 'trouble' : status.state
}
