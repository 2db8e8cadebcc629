import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../report.ts'
import { startSite } from './site.ts'

const rounds = 5
/** Longest step of a 25 fps camera that is thinned to 8 fps, microseconds: four frames. */
const longestStepUs = 160_500

/** Adds and removes a camera beside 15 that run; how many frames those lost. */
export async function measureHotChanges(log: Log): Promise<{ framesLost: number; frames: number }> {
  const site = await startSite(15)
  const { system, ids, configOf } = site
  let lost = 0
  let frames = 0
  try {
    await sleep(5000)
    const spec = system.streamOf('light')
    for (const source of system.live.sources()) {
      let before: { ptsUs: number; epoch: number; seq: number } | null = null
      source.frames$(spec).subscribe((frame) => {
        frames += 1
        if (before) {
          const gap = frame.ptsUs - before.ptsUs > longestStepUs
          if (frame.epoch !== before.epoch || frame.seq !== before.seq + 1 || gap) lost += 1
        }
        before = frame
      })
    }
    for (let round = 0; round < rounds; round += 1) {
      await system.reload(configOf([...ids, 'extra']))
      await sleep(2500)
      await system.reload(configOf(ids))
      await sleep(1500)
      log(`hot change ${round + 1}/${rounds}: ${lost} of ${frames} frames lost`)
    }
    return { framesLost: lost, frames }
  } finally {
    await site.close()
  }
}
