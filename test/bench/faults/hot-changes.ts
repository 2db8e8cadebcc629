import { setTimeout as sleep } from 'node:timers/promises'
import type { BenchOptions } from '../report.ts'
import { startSite } from './site.ts'

const sizes = {
  full: { cameras: 15, rounds: 5, settleMs: 5000, withMs: 2500, withoutMs: 1500 },
  smoke: { cameras: 2, rounds: 1, settleMs: 1500, withMs: 1000, withoutMs: 500 },
}
/** Longest step of a 25 fps camera that is thinned to 8 fps, microseconds: four frames. */
const longestStepUs = 160_500

/** Adds and removes a camera beside 15 that run; how many frames those lost. */
export async function measureHotChanges({
  log,
  smoke,
}: BenchOptions): Promise<{ framesLost: number; frames: number }> {
  const { cameras, rounds, settleMs, withMs, withoutMs } = smoke ? sizes.smoke : sizes.full
  const site = await startSite(cameras)
  const { system, ids, configOf } = site
  let lost = 0
  let frames = 0
  try {
    await sleep(settleMs)
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
      await sleep(withMs)
      await system.reload(configOf(ids))
      await sleep(withoutMs)
      log(`hot change ${round + 1}/${rounds}: ${lost} of ${frames} frames lost`)
    }
    return { framesLost: lost, frames }
  } finally {
    await site.close()
  }
}
