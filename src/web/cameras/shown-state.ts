import type { Camera } from './camera-store.ts'

export type Shown = 'live' | 'trouble' | 'connecting' | 'stalled' | 'offline' | 'paused'

/** How a camera is, in one word: one that is live and whose picture is of no use has trouble. */
export function shownState({ paused, status }: Pick<Camera, 'paused' | 'status'>): Shown {
  if (paused) return 'paused'
  if (!status) return 'connecting'
  return status.state === 'live' && status.picture !== 'ok' ? 'trouble' : status.state
}
