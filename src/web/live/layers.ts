import { kept } from '../text/kept.ts'
import { modes } from './fallback.ts'
import { gridSizes } from './grid-layout.ts'

/** What can be drawn over a picture. */
export const layerNames = ['boxes', 'names', 'actions', 'bodies', 'zones'] as const
export type LayerName = (typeof layerNames)[number]

const switches = ['on', 'off'] as const

/** Which of them are, as chosen at this browser. */
export const layers = {
  boxes: kept('live.boxes', switches, 'on'),
  names: kept('live.names', switches, 'on'),
  actions: kept('live.actions', switches, 'on'),
  bodies: kept('live.bodies', switches, 'on'),
  zones: kept('live.zones', switches, 'on'),
} as const

export const anyLayer = () => layerNames.some((name) => layers[name].value === 'on')

/** All of them at once. */
export function switchLayers(): void {
  const next = anyLayer() ? 'off' : 'on'
  for (const name of layerNames) layers[name].value = next
}

export const gridSize = kept('live.size', gridSizes, 'auto')
/** How pictures come: the best way that works, or one that somebody wants. */
export const chosenMode = kept('live.mode', ['auto', ...modes], 'auto')
