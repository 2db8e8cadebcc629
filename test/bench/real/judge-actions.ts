import type { Scores } from '../../../src/core/clip.ts'
import { actionFilms } from './action-films.ts'
import type { RealOptions, RealPart } from './real-part.ts'

const wanted: Readonly<Record<string, string>> = {
  walk: 'walking',
  run: 'running',
  wave1: 'waving',
  wave2: 'waving',
}
const alarms = ['fighting', 'falling']

/** Ten actions of nine people (Weizmann): what the model says of each clip, the mean over its windows. */
export async function judgeActions(options: RealOptions): Promise<RealPart> {
  const { log } = options
  let [asked, right, others, alarmed] = [0, 0, 0, 0]
  for (const { label, group, scores } of await actionFilms(options)) {
    const said = labelOf(scores)
    const want = wanted[label]
    if (want !== undefined) {
      asked += 1
      if (said === want) right += 1
      else log(`${label} of ${group} is called ${said}`)
    } else {
      others += 1
      if (alarms.includes(said)) alarmed += 1
      if (alarms.includes(said)) log(`${label} of ${group} is called ${said}`)
    }
  }
  const shares = {
    'walking, running, waving right': right / Math.max(1, asked),
    'others called fighting or falling': alarmed / Math.max(1, others),
  }
  log(`${right} of ${asked} right; ${alarmed} of ${others} others called fighting or falling`)
  return {
    figures: shares,
    bars: [
      ['walking, running, waving right', '>=', 0.9],
      ['others called fighting or falling', '<=', 0.1],
    ],
  }
}

/** The label with the highest mean over the windows of all tracks; nothing where nobody was seen for long enough. */
function labelOf(scores: readonly Scores[]): string {
  const [first] = scores
  if (!first) return 'nothing'
  const sums = first.labels.map((_, n) => scores.reduce((sum, { values }) => sum + values[n]!, 0))
  return first.labels[sums.indexOf(Math.max(...sums))]!
}
