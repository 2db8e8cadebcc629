import { join } from 'node:path'
import { parsePlans } from '../../../pipelines/learn/run/plans.ts'
import { openBodyFinder } from '../../../pipelines/learn/skeleton/find-bodies.ts'
import { withKnownLabels } from '../../../pipelines/learn/skeleton/known-labels.ts'
import { readBodies } from '../../../pipelines/learn/skeleton/read-bodies.ts'
import { simulatedWindows } from '../../../pipelines/learn/skeleton/simulated-windows.ts'
import { shapeOf, teachingOf } from '../../../pipelines/learn/skeleton/skeleton-teaching.ts'
import { judgeWith, skeletonFineTuning, teach } from '../../../pipelines/learn/skeleton/teach-bodies.ts'
import { loadBundle } from '../../../src/bundle/load-bundle.ts'
import { learningSchema } from '../../../src/config/schema/learning-schema.ts'
import { systemClock } from '../../../src/core/clock.ts'
import type { LabelledVideo } from '../../../src/train/data/labelled-set.ts'
import type { Prediction } from '../../../src/train/evaluate/prediction.ts'
import { parseFineTunePlan } from '../../../src/train/run/fine-tune-plan.ts'
import type { RealOptions, RealPart } from './real-part.ts'
import { rowsOf } from './shared-footage.ts'

/**
 * What `vireo learn` makes of the skeleton model from labelled clips: fights, learned from half of the source groups and
 * judged on the other half, both ways; and ten actions (Weizmann) from 1, 2 and 4 clips of each, of people other than the
 * one who is judged.
 */
export async function judgeTaught(options: RealOptions): Promise<RealPart> {
  const { smoke, log } = options
  const fights = await openSet(options, 'scfd', ['noFight'], (n) => !smoke || n % 12 === 0)
  const groups = [...new Set(fights.items.map(({ group }) => group))].sort()
  const side = (group: string) => groups.indexOf(group) % 2
  const said: Prediction[] = []
  for (const half of [0, 1]) {
    const learned = fights.items.filter(({ group }) => side(group) === half)
    said.push(
      ...(await fights.judge(
        learned,
        fights.items.filter(({ group }) => side(group) !== half),
        `half ${half}`,
      )),
    )
  }
  const fightAccuracy = accuracyOf(said)
  log(`fights: ${percent(fightAccuracy)} of ${said.length} clips of source groups that were not learned from`)

  const actions = await openSet(options, 'weizmann', [], (n) => !smoke || n % 9 < 4)
  const people = [...new Set(actions.items.map(({ group }) => group))].sort()
  const figures: Record<string, number> = { 'taught: accuracy on fights of other sources': fightAccuracy }
  for (const count of smoke ? [2] : [1, 2, 4]) {
    const told: Prediction[] = []
    for (const [at, person] of people.entries()) {
      if (smoke && at > 0) break
      // The people after the one who is judged, so that everybody teaches equally often.
      const teachers = Array.from({ length: count }, (_, n) => people[(at + 1 + n) % people.length]!)
      const learned = actions.items.filter(({ group }) => teachers.includes(group))
      const held = actions.items.filter(({ group }) => group === person)
      told.push(...(await actions.judge(learned, held, `${count} clips, without ${person}`)))
    }
    const accuracy = accuracyOf(told)
    log(`actions: ${percent(accuracy)} of ${told.length} clips from ${count} of each action`)
    figures[`taught: accuracy from ${count} clips an action`] = accuracy
  }
  return {
    figures,
    bars: smoke
      ? []
      : [
          ['taught: accuracy on fights of other sources', '>=', 0.8],
          ['taught: accuracy from 1 clips an action', '>=', 0.8],
          ['taught: accuracy from 2 clips an action', '>=', 0.88],
          ['taught: accuracy from 4 clips an action', '>=', 0.94],
        ],
  }
}

async function openSet(
  { people, skeleton: dir, dir: workDir, log }: RealOptions,
  name: string,
  background: readonly string[],
  wanted: (n: number) => boolean,
) {
  const rows = rowsOf(name).filter((_, n) => wanted(n))
  const videos: LabelledVideo[] = rows.map(({ path, label, group }) => ({ id: path, path, label, group }))
  const base = await loadBundle(dir)
  const signal = new AbortController().signal
  const shape = shapeOf(base)
  const bodies = await readBodies({
    videos,
    shape,
    dataDir: workDir,
    clock: systemClock,
    signal,
    onProgress: () => {},
    open: () =>
      openBodyFinder({ models: [{ name: 'people', path: people }], fps: shape.sampleFps, threads: 0 }),
  })
  const { set, none } = withKnownLabels(
    { id: name, labels: [...new Set(videos.map(({ label }) => label))].sort(), items: videos },
    { known: base.bundle.labels.map((label) => label.name), hasCalm: true, background },
  )
  const labelled = new Map(set.items.map(({ id, label }) => [id, { ...bodies.get(id)!, label }] as const))
  const skeleton = await teachingOf({ base, labels: set.labels, none, background, bodies: labelled })
  const learning = learningSchema.parse({ model: name, labelled: [name], kind: 'skeleton' })
  const { pretrain, gate } = parsePlans(learning)
  const finetune = parseFineTunePlan(skeletonFineTuning)
  const simulated = simulatedWindows('taught', shape)
  return {
    items: set.items,
    async judge(learned: readonly LabelledVideo[], held: readonly LabelledVideo[], called: string) {
      const runDir = join(workDir, 'taught', name, called.replaceAll(/\W+/g, '-'))
      const job = {
        skeleton,
        set,
        learning,
        plans: { pretrain: { ...pretrain, steps: 0 }, gate, finetune },
        threads: 2,
        clock: systemClock,
        signal,
        onProgress: () => {},
        run: {
          id: called,
          dir: runDir,
          resumed: false,
          step: <T>(_: string, work: () => Promise<T>) => work(),
          finish: async () => {},
        },
        version: '1.1.0',
        champion: null,
        backbone: null,
      }
      const outDir = join(runDir, 'bundle')
      await teach(job, { clips: learned, simulated, outDir, part: null })
      const said = await judgeWith(job, outDir, held)
      for (const { id, truth, probabilities } of said) {
        const answer = set.labels[probabilities.indexOf(Math.max(...probabilities))]
        if (answer !== set.labels[truth]) log(`${called}: ${id.split('/').at(-1)} is called ${answer}`)
      }
      return said
    },
  }
}

/** Who was not seen is wrong, unless there is nothing to see. */
function accuracyOf(said: readonly Prediction[]): number {
  const right = said.filter(
    ({ truth, probabilities }) =>
      probabilities[truth]! > 0 && probabilities.indexOf(Math.max(...probabilities)) === truth,
  )
  return right.length / Math.max(1, said.length)
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`
