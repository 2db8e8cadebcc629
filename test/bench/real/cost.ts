import { join } from 'node:path'
import type { RealOptions, RealPart } from './real-part.ts'
import { data } from './shared-footage.ts'
import { createFilmWatcher } from './watch-film.ts'

const detectFps = 5

/**
 * What everything but decoding (which is a process of its own) takes of a core for one camera: on a film in which somebody
 * moves all the time. Processor time, so that other work on the machine does not count.
 */
export async function measureCost({ people, skeleton, log }: RealOptions): Promise<RealPart> {
  const watcher = await createFilmWatcher({ people, skeleton, behaviours: {}, detectFps })
  try {
    const moving = join(data, 'gmdcsa/Subject_1_ADL_16.mp4')
    await watcher.watch(moving)
    const before = process.cpuUsage()
    const { scores } = await watcher.watch(moving)
    const seconds = (scores.at(-1)?.lastPtsUs ?? 1e6) / 1e6
    const { user, system } = process.cpuUsage(before)
    const cores = (user + system) / 1e6 / seconds
    log(`${cores.toFixed(3)} of a core at ${detectFps} pictures a second over ${seconds.toFixed(1)} s`)
    return {
      figures: { 'cores of both models for a camera': cores },
      bars: [['cores of both models for a camera', '<=', 0.25]],
    }
  } finally {
    await watcher.close()
  }
}
