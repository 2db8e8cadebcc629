import type { LiveLooker, LivePort, LiveWish } from '../../../src/http/live-port.ts'

/** One camera to look at; remembers who looks and what was asked. */
export function fakeLive() {
  const lookers = new Map<LiveLooker, LiveWish>()
  const asked: unknown[] = []
  const live: LivePort = {
    has: (cameraId) => cameraId === 'gate',
    look(wish, looker) {
      lookers.set(looker, wish)
      return () => lookers.delete(looker)
    },
    scenes(cameraIds, tell) {
      asked.push(cameraIds)
      for (const camera of cameraIds) tell({ type: 'places', camera, zones: [], lines: [] })
      return () => asked.push('left')
    },
    picture: async () => ({ jpeg: new Uint8Array([0xff, 0xd8]), ageMs: 12.4 }),
  }
  return { live, lookers, asked }
}
