import { Badge, type Tone } from './badge.tsx'
import { type CameraStanding, type ShownState, shownState } from './camera-state.ts'
import { text } from './text.ts'

const tones: Readonly<Record<ShownState, Tone>> = {
  live: 'good',
  trouble: 'warning',
  connecting: 'info',
  stalled: 'warning',
  offline: 'critical',
  paused: 'neutral',
}

/** How a camera is, in a word and a colour. */
export function CameraBadge({ camera }: { camera: CameraStanding }) {
  const state = shownState(camera)
  return <Badge tone={tones[state]}>{text.value.cameraStates[state]}</Badge>
}
