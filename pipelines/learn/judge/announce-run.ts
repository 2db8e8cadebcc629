import { modelOf } from '../../../src/train/export/trained-model.ts'
import { isCnn } from '../../../src/train/models/presets.ts'
import { fineTuneSteps, measureStepMs } from '../../../src/train/run/measure-step.ts'
import { type LearnJob, sizeOf } from '../job.ts'
import { foldsOf } from './cross-folds.ts'

/** A step of pretraining costs so much more than one of fine-tuning with as many clips (measured). */
const pretrainFactor = 1.15

/** Says what a run is about to do and about how long it takes, before it begins. */
export async function announceRun(job: LearnJob): Promise<void> {
  const { onNotice, set, split, preset, plans, threads, backbone, learning, footage } = job
  if (!onNotice || backbone || job.skeleton) return
  const groups = new Set(set.items.map(({ group }) => group)).size
  const counts = set.labels.map(
    (label) => `${label} ${set.items.filter((item) => item.label === label).length}`,
  )
  const { widthPx, heightPx, sampleFps } = sizeOf(job)
  onNotice(
    `${set.items.length} labelled clips of ${groups} groups (${counts.join(', ')}); ` +
      `${isCnn(preset) ? 'the per-frame CNN' : `the transformer ${preset.name}`} on ${preset.clip.frames} frames of ${widthPx}x${heightPx}, ${sampleFps} a second`,
  )
  const model = modelOf({ preset, labels: set.labels })
  const stepS = (await measureStepMs({ model, plan: plans.finetune, threads })) / 1000
  const { steps: pretraining, batch } = plans.pretrain
  const pretrainS = pretraining * stepS * pretrainFactor * (batch / plans.finetune.batch)
  if (pretraining > 0)
    onNotice(
      `pretraining on ${footage.length + split.train.length} videos: ${pretraining} steps, about ${about(pretrainS)}; learning.pretrain.steps changes that, 0 leaves it out`,
    )
  else if (learning.pretrain.steps === undefined && !isCnn(preset))
    onNotice('no pretraining: without more footage than these clips it would not pay')
  const folds = foldsOf(job)
  const drawn = folds.length > 0 ? split.train.length + split.validation.length : split.train.length
  const { steps, open } = fineTuneSteps(plans.finetune, { items: drawn, labels: set.labels.length })
  const inFolds = folds.reduce(
    (sum, held) =>
      sum + fineTuneSteps(plans.finetune, { items: drawn - held.length, labels: set.labels.length }).steps,
    0,
  )
  const atMost = open ? 'at most ' : ''
  const cross =
    folds.length > 0 ? `cross-validation in ${folds.length} parts, ${atMost}${inFolds} steps; ` : ''
  onNotice(
    `${cross}fine-tuning, ${atMost}${steps} steps: ${open ? 'at most ' : ''}about ${about((steps + inFolds) * stepS)} on ${threads} thread${threads === 1 ? '' : 's'}`,
  )
}

/** 40 s, 7 min, 1 h 20 min */
function about(seconds: number): string {
  if (seconds < 90) return `${Math.max(5, Math.ceil(seconds / 5) * 5)} s`
  const minutes = Math.ceil(seconds / 60)
  return minutes < 100 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
