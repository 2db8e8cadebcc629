import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { copyBundle } from '../src/bundle/copy-bundle.ts'
import { canonicalJson } from '../src/config/config-hash.ts'
import { type BundleCard, exportBundles } from '../src/train/export-bundle.ts'
import { fineTune, startWeights } from '../src/train/fine-tune.ts'
import { bestThreshold } from '../src/train/multi-label-metrics.ts'
import { copyWeights, layOut } from '../src/train/parameters.ts'
import { encodePng } from '../src/train/png.ts'
import { predictClips } from '../src/train/predict.ts'
import { pretrain } from '../src/train/pretrain.ts'
import { quantizeBundle } from '../src/train/quantize-bundle.ts'
import { reconstruct } from '../src/train/reconstruction.ts'
import {
  modelOf,
  readTrainedModel,
  type TrainedModel,
  writeTrainedModel,
} from '../src/train/trained-model.ts'
import { type LearnJob, openClips } from './learn-prepare.ts'

const folderOf = (job: LearnJob) => ({
  pretrained: join(job.run.dir, 'pretrained'),
  trained: join(job.run.dir, 'trained'),
  served: join(job.run.dir, 'served'),
})
export const trainedDir = (job: LearnJob) => folderOf(job).trained
export const servedDir = (job: LearnJob) => folderOf(job).served

/** Masked and next-frame prediction on all footage that is not tested on, labelled or not. */
export async function pretrainModel(job: LearnJob): Promise<void> {
  const { plans, preset, split, learning, run, threads, clock, onProgress, signal, pause } = job
  if (plans.pretrain.steps === 0) return
  const model = modelOf({ preset, labels: [] })
  const videos = [...job.footage, ...split.train].filter(({ path }) => existsSync(path))
  const footage = await openClips(job, videos)
  try {
    const start = await liveWeights(job, [])
    const plan = plans.pretrain
    const { weights, decoder, losses } = await pretrain({
      ...{ model, start, footage, plan, threads, clock, onProgress, signal },
      ...(pause && { pause }),
      runDir: join(run.dir, 'pretrain'),
      seed: learning.seed,
    })
    const lines = losses.map(({ step, masked, next }) => ({ step, loss: masked ?? next, masked, next }))
    await writeLines(join(run.dir, 'pretrain.jsonl'), lines)
    await writeTrainedModel(folderOf(job).pretrained, {
      preset,
      labels: [],
      sampleFps: learning.sampleFps,
      weights,
    })
    if (plan.maskedWeight > 0) await drawReconstructions({ job, weights, decoder, footage })
  } finally {
    footage.close()
  }
}

const pictures = 3

async function drawReconstructions(options: {
  job: LearnJob
  weights: Float32Array
  decoder: Float32Array
  footage: Awaited<ReturnType<typeof openClips>>
}): Promise<void> {
  const { job, weights, decoder, footage } = options
  const { preset, plans, learning, threads, run } = job
  const { frames, heightPx, widthPx } = preset.clip
  const size = frames * heightPx * widthPx * 3
  const clips = new Uint8Array(pictures * size)
  for (let n = 0; n < pictures; n += 1) {
    const item = Math.floor((n * footage.items.length) / pictures)
    footage.read(item, 0, frames, clips.subarray(n * size, (n + 1) * size))
  }
  const drawn = await reconstruct({
    model: modelOf({ preset, labels: [] }),
    ...{ weights, decoder, clips, count: pictures, plan: plans.pretrain, seed: learning.seed, threads },
  })
  for (const [n, picture] of drawn.entries())
    await writeFile(join(run.dir, `reconstruction-${n}.png`), encodePng(picture))
}

/** Labels, on top of what was pretrained in this run, or of the live version, or of nothing. */
export async function fineTuneModel(job: LearnJob): Promise<{ stoppedEarly: boolean; epochs: number }> {
  const { set, split, preset, plans, learning, run, threads, clock, onProgress, signal, pause } = job
  const model = modelOf({ preset, labels: set.labels })
  const start = (await pretrainedWeights(job)) ?? (await liveWeights(job, set.labels))
  const train = await openClips(job, split.train)
  const validation = await openClips(job, split.validation)
  try {
    const { weights, history, stoppedEarly } = await fineTune({
      ...{ model, start, train, validation, plan: plans.finetune, threads, clock, onProgress, signal },
      ...(pause && { pause }),
      runDir: join(run.dir, 'finetune'),
      seed: learning.seed,
    })
    const trained = { preset, labels: set.labels, sampleFps: learning.sampleFps, weights }
    await writeTrainedModel(folderOf(job).trained, trained)
    return { stoppedEarly, epochs: history.length }
  } finally {
    train.close()
    validation.close()
  }
}

/** The bundle that would serve, quantised when asked, with thresholds from the validation side. */
export async function exportServed(job: LearnJob): Promise<void> {
  const { learning, set, split, threads, signal, run, onProgress } = job
  onProgress({ phase: 'export', done: 0, total: 1, loss: null, etaS: 0 })
  const { weights, preset } = await readTrainedModel(trainedDir(job))
  const model = modelOf({ preset, labels: set.labels })
  const validation = await openClips(job, split.validation)
  const { viewsPerItem } = learning
  const said = await predictClips({
    ...{ model, weights, source: validation, labels: set.labels, viewsPerItem, batch: 8, threads, signal },
  })
  const exported = await exportBundles({
    model,
    weights,
    card: cardOf(job, (label) => {
      const scores = said.map(({ truth, probabilities }) => ({
        score: probabilities[label]!,
        truth: truth === label,
      }))
      return bestThreshold(scores).threshold
    }),
    outDir: join(run.dir, 'export'),
  })
  const chosen = learning.kind === 'stream' ? (exported.stream ?? exported.clip) : exported.clip
  const { quantize } = learning
  const mode = quantize === 'none' ? null : quantize
  await quantizeOrCopy({ job, from: chosen.dir, mode, validation })
  validation.close()
  onProgress({ phase: 'export', done: 1, total: 1, loss: null, etaS: 0 })
}

const calibrationClips = 32

async function quantizeOrCopy(options: {
  job: LearnJob
  from: string
  mode: 'dynamic' | 'static' | 'fp16' | null
  validation: Awaited<ReturnType<typeof openClips>>
}): Promise<void> {
  const { job, from, mode, validation } = options
  const { version, threads, preset } = job
  if (mode === null) {
    await copyBundle(from, servedDir(job), {})
    return
  }
  const { frames, heightPx, widthPx } = preset.clip
  const calibration = validation.items.slice(0, calibrationClips).map((_, item) => {
    const video = new Uint8Array(frames * heightPx * widthPx * 3)
    validation.read(item, 0, frames, video)
    return video
  })
  await quantizeBundle({ bundleDir: from, outDir: servedDir(job), mode, calibration, version, threads })
}

function cardOf(job: LearnJob, thresholdOf: (label: number) => number): BundleCard {
  const { learning, set, version, champion } = job
  return {
    name: learning.model,
    version,
    description: `Learned from ${set.items.length} labelled clips.`,
    labels: set.labels.map((name, label) => ({
      name,
      threshold: thresholdOf(label),
      background: learning.background.includes(name),
    })),
    activation: 'softmax',
    sampleFps: learning.sampleFps,
    license: 'NOASSERTION',
    parent: champion === null ? null : `${learning.model}@${champion}`,
    dataset: set.id,
    metrics: {},
  }
}

async function pretrainedWeights(job: LearnJob): Promise<Float32Array | null> {
  const { plans, set, learning } = job
  if (plans.pretrain.steps === 0) return null
  return fitted(await readTrainedModel(folderOf(job).pretrained), { labels: set.labels, seed: learning.seed })
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
