import { basename } from 'node:path'
import type { RealOptions, RealPart } from './real-part.ts'
import { rowsOf } from './shared-footage.ts'
import { createFilmWatcher } from './watch-film.ts'

/**
 * Two-second clips of surveillance cameras (SCFD), fight or not: by whoever has the highest mean score of fighting over
 * their windows, as `vireo learn` judges clips and as actions are judged here: the preset asks for a fight that lasts.
 * Beside it the area by the highest score of any window.
 */
export async function judgeFights({ people, skeleton, smoke, log }: RealOptions): Promise<RealPart> {
  const watcher = await createFilmWatcher({ people, skeleton, behaviours: {}, detectFps: 10 })
  const rows = rowsOf('scfd').filter((_, n) => !smoke || n % 60 === 0)
  const said: { isFight: boolean; mean: number; peak: number }[] = []
  let unseen = 0
  try {
    for (const { path, label } of rows) {
      const { scores } = await watcher.watch(path)
      if (scores.length === 0) unseen += 1
      const column = scores[0]?.labels.indexOf('fighting') ?? -1
      const people = [...Map.groupBy(scores, ({ trackId }) => trackId).values()].map((own) =>
        own.map(({ values }) => values[column] ?? 0),
      )
      const mean = Math.max(
        0,
        ...people.map((own) => own.reduce((sum, score) => sum + score, 0) / own.length),
      )
      said.push({ isFight: label === 'fight', mean, peak: Math.max(0, ...people.flat()) })
      log(`${label} ${basename(path)} ${mean.toFixed(2)}`)
    }
  } finally {
    await watcher.close()
  }
  const areaBy = (read: 'mean' | 'peak') => {
    const of = (isFight: boolean) => said.filter((each) => each.isFight === isFight).map((each) => each[read])
    return areaUnderCurve(of(true), of(false))
  }
  const area = areaBy('mean')
  log(
    `area under the curve ${area.toFixed(3)}; nobody was seen for long enough in ${unseen} of ${rows.length} clips`,
  )
  return {
    figures: {
      'fights: area under the curve': area,
      'fights: area by the highest window': areaBy('peak'),
      'fights: clips in which nobody is seen': unseen / rows.length,
    },
    bars: [['fights: area under the curve', '>=', 0.8]],
  }
}

/** The share of pairs in which the fight has the higher score; ties count half (Hanley and McNeil 1982). */
function areaUnderCurve(positive: readonly number[], negative: readonly number[]): number {
  const wins = positive.flatMap((p) => negative.map((n): number => (p > n ? 1 : p === n ? 0.5 : 0)))
  return wins.length === 0 ? 0.5 : wins.reduce((sum, win) => sum + win, 0) / wins.length
}
