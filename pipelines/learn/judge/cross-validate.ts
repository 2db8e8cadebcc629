import { join } from 'node:path'
import type { LabelledVideo } from '../../../src/train/data/labelled-set.ts'
import type { Prediction } from '../../../src/train/evaluate/prediction.ts'
import { predictClips } from '../../../src/train/export/predict.ts'
import { modelOf } from '../../../src/train/export/trained-model.ts'
import { type FineTuneOptions, fineTune } from '../../../src/train/run/fine-tune.ts'
import { predictHead, trainHead } from '../../../src/train/run/train-head.ts'
import { type LearnJob, openClips } from '../job.ts'
import { openFrozen } from '../learn-imported.ts'
import { pretrainedWeights } from '../learn-model.ts'
import { foldsOf, takeCrossed, writeUnseen } from './cross-folds.ts'

/** Clips of each piece of footage, spread over it: an alert needs one of all that a camera would show. */
const views = 10

/**
 * Where few clips are left for validation: teaches as often as there are parts, each time without one of them, and keeps
 * what is said of that one. Thresholds and figures then rest on all clips, and none was seen by what judged it.
 */
export async function crossValidate(job: LearnJob): Promise<void> {
  if (await takeCrossed(job)) return
  const folds = foldsOf(job)
  if (folds.length === 0) return
  const { run, set } = job
  const said: Prediction[] = []
  for (const [at, held] of folds.entries()) {
    const rest = folds.filter((part) => part !== held).flat()
    const missing = set.labels.filter((label) => rest.every((item) => item.label !== label))
    if (missing.length > 0)
      job.onNotice?.(
        `cross-validation: all clips of ${missing.join(', ')} are of one part, which is not judged; label footage of more groups`,
      )
    else said.push(...(await judgeFold(job, { at, of: folds.length, held, rest })))
  }
  if (said.length > 0) await writeUnseen(run.dir, set.labels, said)
}

async function judgeFold(
  job: LearnJob,
  fold: { at: number; of: number; held: readonly LabelledVideo[]; rest: readonly LabelledVideo[] },
): Promise<Prediction[]> {
  const { set, preset, plans, learning, run, threads, clock, signal, pause, onProgress } = job
  const model = modelOf({ preset, labels: set.labels })
  // Not the live version's weights: it may have learned from what is held out.
  const start = job.backbone ? null : await pretrainedWeights(job)
  const frozen = job.backbone ? await openFrozen(job, job.backbone) : null
  const opened = [await openClips(job, fold.rest), await openClips(job, []), await openClips(job, fold.held)]
  const [train, validation, source] = opened as [(typeof opened)[0], (typeof opened)[0], (typeof opened)[0]]
  const { at, of } = fold
  try {
    const teaching = {
      start,
      train,
      validation,
      plan: plans.finetune,
      threads,
      clock,
      signal,
      ...(pause && { pause }),
      provider: learning.provider,
      runDir: join(run.dir, 'cross', String(at)),
      seed: learning.seed,
      onProgress: ({ done, total, loss, etaS, ...rest }) =>
        onProgress({
          ...rest,
          phase: 'cross',
          done: at * total + done,
          total: of * total,
          loss,
          etaS: etaS + (etaS / Math.max(1, total - done)) * total * (of - at - 1),
        }),
    } satisfies Omit<FineTuneOptions, 'model'>
    if (frozen) {
      const { weights } = await trainHead({ ...teaching, model: frozen })
      const { viewsPerItem } = learning
      return await predictHead({ model: frozen, weights, source, viewsPerItem, batch: 4, threads, signal })
    }
    const { weights } = await fineTune({ ...teaching, model })
    return await predictClips({
      model,
      weights,
      source,
      labels: set.labels,
      viewsPerItem: views,
      batch: 8,
      threads,
      signal,
    })
  } finally {
    for (const each of opened) each.close()
    await frozen?.close()
  }
}
