import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { canonicalJson } from '../../../src/config/config-hash.ts'
import { learningDir, runsDir } from '../../../src/core/data-dir.ts'
import { splitForEver } from '../../../src/train/data/frozen-split.ts'
import type { Correction } from '../../../src/train/evaluate/corrected-clips.ts'
import { splitSides } from '../../../src/train/evaluate/split-by-group.ts'
import { openRunFolder } from '../../../src/train/run/run-folder.ts'
import type { LearnJob, LearnOptions } from '../job.ts'
import { correctionsSince, datasetName } from '../prepare/corrections.ts'
import type { LabelledFootage } from '../prepare/labelled-footage.ts'

export interface OpenRunOptions
  extends LearnOptions,
    Pick<LabelledFootage, 'set' | 'sides' | 'versions'>,
    Pick<LearnJob, 'preset' | 'backbone' | 'plans' | 'footage'> {
  /** What besides settings and footage decides what the result is. */
  readonly decisive: readonly unknown[]
}

/** Splits labelled footage for ever and opens the run that learns from it: the one that was interrupted, or a new one. */
export async function openRun(options: OpenRunOptions): Promise<LearnJob> {
  const { learning, dataDir, registry, clock, set, sides, versions, decisive: parts, ...rest } = options
  const { footage: more } = options
  const { validationShare: validation, testShare: test } = learning
  const { split, leaks } = await splitForEver({
    file: join(learningDir(dataDir), learning.model, 'split.json'),
    items: set.items,
    shares: { train: 1 - validation - test, validation, test },
    seed: learning.seed,
    given: sides,
  })
  // What only decides how fast or when is no part of what the result is.
  const {
    schedule: _s,
    threads: _t,
    niceness: _n,
    pauseAbove: _p,
    cache: _c,
    provider: _v,
    ...decisive
  } = learning
  const identity = createHash('sha256')
    .update(canonicalJson([decisive, set.id, ...parts, ...(options.compared ? ['compared'] : [])]))
    .digest('hex')
    .slice(0, 16)
  const run = await openRunFolder({ runsDir: runsDir(dataDir), model: learning.model, identity, clock })
  const begun = await run.step('begin', async () => ({
    champion: registry.state(learning.model).live,
    version: await registry.nextVersion(learning.model),
    footage: more,
    ...(options.compared && { compared: true }),
  }))
  return {
    ...rest,
    learning,
    dataDir,
    registry,
    clock,
    run,
    set,
    split,
    leaks,
    datasets: versions.map(datasetName),
    corrections: await correctionsOf({ ...options, champion: begun.champion, split }),
    ...begun,
  }
}

/** The corrected clips that there is footage of, with the sides that they are on. */
async function correctionsOf(
  options: OpenRunOptions & Pick<LearnJob, 'champion' | 'split'>,
): Promise<Correction[]> {
  const { learning, dataDir, registry, champion, split, versions } = options
  const learned = champion === null ? [] : ((await registry.lineage(learning.model, champion)).datasets ?? [])
  const sideOf = new Map(splitSides.flatMap((side) => split[side].map(({ id }) => [id, side] as const)))
  return correctionsSince({ dataDir, versions, learned }).flatMap((correction) => {
    const side = sideOf.get(correction.id)
    return side === undefined ? [] : [{ ...correction, side }]
  })
}
