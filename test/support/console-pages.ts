import { setTimeout as pause } from 'node:timers/promises'

export interface ShownPage {
  readonly name: string
  readonly path: string
  /** A selector of what is there when the page shows what it has. */
  readonly ready: string
}

interface Listed {
  readonly alerts: readonly {
    readonly alertId: string
    readonly cameraId: string
    readonly startedAt: string
    readonly clip: object | null
  }[]
}

/** What there is to look at, once an alert with a clip is there: pages of docs/console.md with their addresses. */
export async function consolePages(address: string, patienceMs = 120_000): Promise<readonly ShownPage[]> {
  const alert = await alertWithClip(address, patienceMs)
  const at = encodeURIComponent(alert.startedAt)
  return [
    { name: 'live', path: '/live', ready: 'h1' },
    { name: 'alerts', path: `/alerts/${alert.alertId}`, ready: '.alert-view video' },
    { name: 'timeline', path: `/timeline/${alert.cameraId}?at=${at}`, ready: '.band-canvas' },
    { name: 'review', path: '/review', ready: 'h1' },
    { name: 'learning', path: '/learning', ready: 'h1' },
    { name: 'cameras', path: '/cameras', ready: 'h1' },
    { name: 'camera', path: `/cameras/${alert.cameraId}`, ready: 'h1' },
    { name: 'health', path: '/health', ready: 'h1' },
    { name: 'settings', path: '/settings', ready: 'h1' },
  ]
}

async function alertWithClip(address: string, patienceMs: number): Promise<Listed['alerts'][number]> {
  const endMs = performance.now() + patienceMs
  while (performance.now() < endMs) {
    const answer = await fetch(`${address}/api/v1/alerts?limit=50`)
    const { alerts } = (await answer.json()) as Listed
    const found = alerts.find(({ clip }) => clip !== null)
    if (found) return found
    await pause(250)
  }
  throw new Error('no alert with a clip came')
}
