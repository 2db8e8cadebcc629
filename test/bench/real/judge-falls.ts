import { basename, join } from 'node:path'
import type { RealOptions, RealPart } from './real-part.ts'
import { data, prolonged } from './shared-footage.ts'
import { createFilmWatcher } from './watch-film.ts'

/** When each one hits the ground, seconds, seen by eye at four pictures a second. */
export const falls = [
  ['Subject_1_Fall_13.mp4', 1.3],
  ['Subject_1_Fall_14.mp4', 1.5],
  ['Subject_1_Fall_15.mp4', 2.6],
  ['Subject_2_Fall_12.mp4', 7.9],
  ['Subject_2_Fall_13.mp4', 3.6],
  ['Subject_2_Fall_14.mp4', 4.3],
] as const
const daily = ['Subject_1_ADL_10.mp4', 'Subject_1_ADL_16.mp4', 'Subject_2_ADL_23.mp4']
/** Clips end soon after the fall: their last picture stands for so long, as somebody who lies still. */
const heldS = 10

/** Falls and daily life indoors (GMDCSA24), with the rule of the set-up. */
export async function judgeFalls({ people, skeleton, dir, smoke, log }: RealOptions): Promise<RealPart> {
  const watcher = await createFilmWatcher({
    people,
    skeleton,
    behaviours: { rules: [{ name: 'fall', preset: 'falling', with: { for: '4s' } }] },
    detectFps: 8,
  })
  const alertS = async (name: string) => {
    const { steps } = await watcher.watch(prolonged(join(data, 'gmdcsa', name), dir, { heldS }))
    const first = steps.find(({ phase }) => phase === 'new')
    return first ? first.lastPtsUs / 1e6 : null
  }
  let [told, late, wrong] = [0, 0, 0]
  try {
    for (const [name, hitsS] of falls.slice(0, smoke ? 1 : undefined)) {
      const atS = await alertS(name)
      if (atS !== null) told += 1
      if (atS === null || atS > hitsS + 6) late += 1
      log(
        `${basename(name)}: ${atS === null ? 'no alert' : `alert ${(atS - hitsS).toFixed(1)} s after the ground`}`,
      )
    }
    for (const name of daily.slice(0, smoke ? 1 : undefined)) {
      const atS = await alertS(name)
      if (atS !== null) wrong += 1
      log(`${name}: ${atS === null ? 'no alert' : `WRONG alert at ${atS.toFixed(1)} s`}`)
    }
  } finally {
    await watcher.close()
  }
  return {
    figures: {
      'falls told': told,
      'falls not told within 6 s of the ground': late,
      'daily life told as falls': wrong,
    },
    bars: [
      ['falls not told within 6 s of the ground', '<=', 1],
      ['daily life told as falls', '<=', 0],
    ],
  }
}
