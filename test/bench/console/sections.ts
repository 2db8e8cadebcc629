import type { Bar, Log } from '../report.ts'

/** One part of what is measured of the console, in a file of its own. */
export interface Section {
  run(options: { readonly log: Log; readonly smoke: boolean }): Promise<{
    readonly figures: Readonly<Record<string, number>>
    readonly bars: readonly Bar[]
  }>
}

/** All of them by name; `--only NAME,NAME` runs some. */
export const sections: Readonly<Record<string, () => Promise<Section>>> = {
  page: async () => (await import('./page-load.ts')).pageLoad,
  tile: async () => (await import('./live-tile.ts')).liveTile,
  alerts: async () => (await import('./many-alerts.ts')).manyAlerts,
  review: async () => (await import('./review-flow.ts')).reviewFlow,
  tiles: async () => (await import('./live-tiles.ts')).liveTiles,
}
