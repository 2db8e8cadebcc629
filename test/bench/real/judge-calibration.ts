import { join } from 'node:path'
import type { Scores } from '../../../src/core/clip.ts'
import { calibrationOf } from '../../../src/train/evaluate/calibration.ts'
import type { Prediction } from '../../../src/train/evaluate/prediction.ts'
import { actionFilms } from './action-films.ts'
import { falls } from './judge-falls.ts'
import type { RealOptions, RealPart } from './real-part.ts'
import { data } from './shared-footage.ts'
import { createFilmWatcher } from './watch-film.ts'

/** What clips of Weizmann show, in words of the model; those of which it has no word say nothing here. */
const shown: Readonly<Record<string, string>> = {
  walk: 'walking',
  run: 'running',
  wave1: 'waving',
  wave2: 'waving',
  bend: 'bending',
  jack: 'exercise',
  pjump: 'exercise',
}
/** A window that ends so long after the ground shows the fall; one before it does not, nor one that ends much later. */
const showsFallS = { from: 0.2, to: 1.2 }
const leftOutS = { from: -0.8, to: 2.2 }
/** Bins with fewer windows say little. */
const leastItems = 20

/**
 * Whether a score of 0.8 is right eight times of ten: the highest score of each window against the share that is right,
 * on actions of nine people (Weizmann), and of real falls (GMDCSA24) the score of falling against whether somebody falls.
 */
export async function judgeCalibration(options: RealOptions): Promise<RealPart> {
  const { people, skeleton, smoke, log } = options
  const films = (await actionFilms(options)).filter(({ label }) => label in shown)
  const actions = films.flatMap(({ path, label, group, scores }) =>
    scores.map(
      ({ labels, values }): Prediction => ({
        id: path,
        group,
        truth: labels.indexOf(shown[label]!),
        probabilities: Float32Array.from(values),
      }),
    ),
  )
  const falling: Prediction[] = []
  const watcher = await createFilmWatcher({ people, skeleton, behaviours: {}, detectFps: 10 })
  try {
    for (const [name, hitsS] of falls.slice(0, smoke ? 1 : undefined))
      for (const scores of (await watcher.watch(join(data, 'gmdcsa', name))).scores)
        falling.push(...fallOf(name, scores, scores.lastPtsUs / 1e6 - hitsS))
  } finally {
    await watcher.close()
  }
  const whole = calibrationOf([...actions, ...falling])
  for (const { from, items, confidence, accuracy } of whole.bins)
    if (accuracy !== null)
      log(
        `scores from ${from.toFixed(1)}: ${items} windows, mean ${confidence!.toFixed(2)}, right ${accuracy.toFixed(2)}`,
      )
  const bins = whole.bins.filter(({ items }) => items >= leastItems)
  return {
    figures: {
      'windows judged for calibration': actions.length + falling.length,
      'expected calibration error of windows': whole.ece,
      'expected calibration error of actions': calibrationOf(actions).ece,
      'expected calibration error of falling': calibrationOf(falling).ece,
      ...Object.fromEntries(
        bins.map(({ from, to, accuracy }) => [
          `right of windows scored ${from.toFixed(1)} to ${to.toFixed(1)}`,
          accuracy!,
        ]),
      ),
    },
    bars: [],
  }
}

/** A window of a clip of a fall as falling or not; nothing where nobody could say. */
function fallOf(name: string, { labels, values }: Scores, sinceS: number): Prediction[] {
  const score = values[labels.indexOf('falling')] ?? 0
  const isFall = sinceS >= showsFallS.from && sinceS <= showsFallS.to
  if (!isFall && sinceS > leftOutS.from && sinceS < leftOutS.to) return []
  return [{ id: name, group: name, truth: isFall ? 1 : 0, probabilities: Float32Array.of(1 - score, score) }]
}
