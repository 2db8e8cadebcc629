import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../../src/core/errors.ts'
import { modelFile, modelOf, writeTrainedModel } from '../../src/train/export/trained-model.ts'
import { type GridSearch, gridSearch, type PlanGrid, type Trial } from '../../src/train/run/grid-search.ts'
import { type LearnJob, openClips, pretrainedDir, sizeOf, trainedDir } from './job.ts'
import { keepPlan } from './learn-by-hand.ts'
import { pretrainedWeights } from './learn-model.ts'

/**
 * Fine-tunes once for each combination of a grid, and keeps what validates best as what was fine-tuned in this run, with
 * its plan as the plan of the run. It begins from what was pretrained in the run, if anything was. The test side is not
 * looked at.
 *
 * @throws AppError TRAIN_PLAN, TRAIN_SPLIT and what fineTune throws
 */
export async function searchPlan(
  job: LearnJob,
  grid: PlanGrid,
  onTrial: (trial: Trial, index: number, count: number) => void,
): Promise<GridSearch> {
  const { set, split, preset, learning, run, threads, clock, onProgress, signal, pause } = job
  if (job.backbone)
    throw new AppError(
      'TRAIN_PLAN',
      'backbone: a search is made for networks of Vireo only; leave the backbone out of the plan',
    )
  const start = existsSync(join(pretrainedDir(job), modelFile)) ? await pretrainedWeights(job) : null
  const train = await openClips(job, split.train)
  const validation = await openClips(job, split.validation)
  try {
    const found = await gridSearch({
      model: modelOf({ preset, labels: set.labels }),
      start,
      train,
      validation,
      grid,
      onTrial,
      plan: learning.finetune,
      threads,
      clock,
      onProgress,
      signal,
      ...(pause && { pause }),
      provider: learning.provider,
      runDir: join(run.dir, 'search'),
      seed: learning.seed,
    })
    const { sampleFps } = sizeOf(job)
    await writeTrainedModel(trainedDir(job), {
      preset,
      labels: set.labels,
      sampleFps,
      weights: found.weights,
    })
    await keepPlan(run.dir, { finetune: found.best })
    return found
  } finally {
    train.close()
    validation.close()
  }
}
