import { Badge, type Tone } from '../pieces/badge.tsx'
import type { Camera } from './camera-store.ts'
import { type Shown, shownState } from './shown-state.ts'
import { text } from './text.ts'

const tones: Readonly<Record<Shown, Tone>> = {
  live: 'good',
  trouble: 'warning',
  connecting: 'info',
  stalled: 'warning',
  offline: 'critical',
  paused: 'neutral',
}

export function StateBadge({ camera }: { camera: Pick<Camera, 'paused' | 'status'> }) {
  const state = shownState(camera)
  return <Badge tone={tones[state]}>{text.value.states[state]}</Badge>
}
