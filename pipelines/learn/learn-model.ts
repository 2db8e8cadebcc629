import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { canonicalJson } from '../../src/config/config-hash.ts'
import { copyWeights, layOut } from '../../src/train/autodiff/parameters.ts'
import {
  modelOf,
  readTrainedModel,
  type TrainedModel,
  writeTrainedModel,
} from '../../src/train/export/trained-model.ts'
import { isCnn, type Preset } from '../../src/train/models/presets.ts'
import { fineTune, startWeights } from '../../src/train/run/fine-tune.ts'
import { pretrain } from '../../src/train/run/pretrain.ts'
import type { TrainedRun } from '../../src/train/run/run-training.ts'
import { encodePng } from '../../src/train/self/png.ts'
import { reconstruct } from '../../src/train/self/reconstruction.ts'
import { keepDecoder } from './export-anomaly-model.ts'
import { type LearnJob, openClips, pretrainedDir, sizeOf, trainedDir } from './job.ts'
import { foldsOf } from './judge/cross-folds.ts'
import { fineTuneImported } from './learn-imported.ts'

/** Masked and next-frame prediction on all footage that is not tested on, labelled or not. Not of imported graphs. */
export async function pretrainModel(job: LearnJob): Promise<void> {
  const { plans, preset, split, learning, run, threads, clock, onProgress, signal, pause } = job
  if (plans.pretrain.steps === 0 || job.backbone || isCnn(preset)) return
  const model = modelOf({ preset, labels: [] })
  const videos = [...job.footage, ...split.train].filter(({ path }) => existsSync(path))
  const footage = await openClips(job, videos)
  try {
    const start = await liveWeights(job, [])
    const plan = plans.pretrain
    const { weights, decoder, losses } = await pretrain({
      model,
      start,
      footage,
      plan,
      threads,
      clock,
      onProgress,
      signal,
      ...(pause && { pause }),
      provider: learning.provider,
      runDir: join(run.dir, 'pretrain'),
      seed: learning.seed,
    })
    const lines = losses.map(({ step, masked, next }) => ({ step, loss: masked ?? next, masked, next }))
    await writeLines(join(run.dir, 'pretrain.jsonl'), lines)
    await writeTrainedModel(pretrainedDir(job), {
      preset,
      labels: [],
      sampleFps: sizeOf(job).sampleFps,
      weights,
    })
    await keepDecoder(job, decoder)
    if (plan.maskedWeight > 0) await drawReconstructions({ job, preset, weights, decoder, footage })
  } finally {
    footage.close()
  }
}

const pictures = 3

async function drawReconstructions(options: {
  job: LearnJob
  preset: Preset
  weights: Float32Array
  decoder: Float32Array
  footage: Awaited<ReturnType<typeof openClips>>
}): Promise<void> {
  const { job, preset, weights, decoder, footage } = options
  const { plans, learning, threads, run } = job
  const { frames, heightPx, widthPx } = preset.clip
  const size = frames * heightPx * widthPx * 3
  const clips = new Uint8Array(pictures * size)
  for (let n = 0; n < pictures; n += 1) {
    const item = Math.floor((n * footage.items.length) / pictures)
    footage.read(item, 0, frames, clips.subarray(n * size, (n + 1) * size))
  }
  const drawn = await reconstruct({
    model: modelOf({ preset, labels: [] }),
    weights,
    decoder,
    clips,
    count: pictures,
    plan: plans.pretrain,
    seed: learning.seed,
    threads,
  })
  for (const [n, picture] of drawn.entries())
    await writeFile(join(run.dir, `reconstruction-${n}.png`), encodePng(picture))
}

export interface FineTuned {
  readonly stoppedEarly: boolean
  readonly epochs: number
  /** Of the epoch that was kept; null where nothing was validated. */
  readonly validationAccuracy: number | null
}

/** Labels, on top of what was pretrained in this run, or of the live version, or of the backbone, or of nothing. */
export async function fineTuneModel(job: LearnJob): Promise<FineTuned> {
  const { backbone } = job
  const { history, stoppedEarly } = backbone
    ? await fineTuneImported(job, backbone)
    : await fineTuneNetwork(job)
  const validationAccuracy = history.findLast(({ best }) => best)?.validationAccuracy ?? null
  return { stoppedEarly, epochs: history.length, validationAccuracy }
}

async function fineTuneNetwork(job: LearnJob): Promise<TrainedRun> {
  const { set, split, preset, plans, learning, run, threads, clock, onProgress, signal, pause } = job
  const model = modelOf({ preset, labels: set.labels })
  const start = (await pretrainedWeights(job)) ?? (await liveWeights(job, set.labels))
  // What cross-validation has judged is learned from, too: nothing is left out for choosing among epochs.
  const crossed = foldsOf(job).length > 0
  const train = await openClips(job, crossed ? [...split.train, ...split.validation] : split.train)
  const validation = await openClips(job, crossed ? [] : split.validation)
  try {
    const tuned = await fineTune({
      model,
      start,
      train,
      validation,
      plan: plans.finetune,
      threads,
      clock,
      onProgress,
      signal,
      ...(pause && { pause }),
      provider: learning.provider,
      runDir: join(run.dir, 'finetune'),
      seed: learning.seed,
    })
    const { weights } = tuned
    const { sampleFps } = sizeOf(job)
    await writeTrainedModel(trainedDir(job), { preset, labels: set.labels, sampleFps, weights })
    return tuned
  } finally {
    train.close()
    validation.close()
  }
}

export async function pretrainedWeights(job: LearnJob): Promise<Float32Array | null> {
  const { plans, set, learning } = job
  if (plans.pretrain.steps === 0 || isCnn(job.preset)) return null
  return fitted(await readTrainedModel(pretrainedDir(job)), { labels: set.labels, seed: learning.seed })
}

/** Weights of the live version where it was made by this loop with the same sizes. */
async function liveWeights(job: LearnJob, labels: readonly string[]): Promise<Float32Array | null> {
  const { learning, champion, registry, preset } = job
  if (learning.startFrom === 'scratch' || champion === null || registry === null) return null
  const dir = join(registry.dirOf(learning.model, champion), 'training')
  if (!existsSync(join(dir, 'model.json'))) return null
  const trained = await readTrainedModel(dir)
  if (canonicalJson(trained.preset) !== canonicalJson(preset)) return null
  return fitted(trained, { labels, seed: learning.seed })
}

/** Its weights for a model of other labels: the head begins anew unless the labels are the same. */
function fitted(trained: TrainedModel, to: { labels: readonly string[]; seed: number }): Float32Array {
  const model = modelOf({ preset: trained.preset, labels: to.labels })
  const layout = layOut(model.parameters)
  const same = trained.labels.join('\n') === to.labels.join('\n')
  const { parameters } = modelOf(trained)
  const from = layOut(parameters)
  const kept = same
    ? from
    : { ...from, entries: from.entries.filter(({ name }) => !name.startsWith('head.')) }
  return copyWeights(
    { layout: kept, weights: trained.weights },
    { layout, weights: startWeights(model, to.seed) },
  )
}

async function writeLines(path: string, lines: readonly object[]): Promise<void> {
  await writeFile(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
}
