import { join } from 'node:path'
import type { RealOptions, RealPart } from './real-part.ts'
import { data } from './shared-footage.ts'
import { createFilmWatcher } from './watch-film.ts'

const detectFps = 5

/** What both models take of a core for one camera, beside decoding: on a film in which somebody moves all the time. */
export async function measureCost({ people, skeleton, log }: RealOptions): Promise<RealPart> {
  const watcher = await createFilmWatcher({ people, skeleton, behaviours: {}, detectFps })
  try {
    const moving = join(data, 'gmdcsa/Subject_1_ADL_16.mp4')
    await watcher.watch(moving)
    const startMs = watcher.busyMs()
    const { scores } = await watcher.watch(moving)
    const seconds = (scores.at(-1)?.lastPtsUs ?? 1e6) / 1e6
    const cores = (watcher.busyMs() - startMs) / 1000 / seconds
    log(`${cores.toFixed(3)} of a core at ${detectFps} pictures a second over ${seconds.toFixed(1)} s`)
    return {
      figures: { 'cores of both models for a camera': cores },
      bars: [['cores of both models for a camera', '<=', 0.25]],
    }
  } finally {
    await watcher.close()
  }
}
