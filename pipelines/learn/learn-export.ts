import { join } from 'node:path'
import { copyBundle } from '../../src/bundle/copy-bundle.ts'
import type { LoadedBundle } from '../../src/bundle/load-bundle.ts'
import type { ClipSource } from '../../src/train/data/clip-source.ts'
import { exportBundles } from '../../src/train/export/export-bundle.ts'
import { predictClips } from '../../src/train/export/predict.ts'
import { quantizeBundle } from '../../src/train/export/quantize-bundle.ts'
import { modelOf, readTrainedModel } from '../../src/train/export/trained-model.ts'
import { isCnn } from '../../src/train/models/presets.ts'
import { cardOf, thresholdsOf } from './bundle-card.ts'
import { clipOf, type LearnJob, openClips, servedDir, trainedDir } from './job.ts'
import { readUnseen } from './judge/cross-folds.ts'
import { exportImported } from './learn-imported.ts'

/** The bundle that would serve, quantised when asked, with thresholds from the validation side. */
export async function exportServed(job: LearnJob): Promise<void> {
  const { backbone, split, onProgress } = job
  onProgress({ phase: 'export', done: 0, total: 1, loss: null, etaS: 0 })
  // Without a validation side, what was learned from shows at least what clips look like.
  const validation = await openClips(job, split.validation.length > 0 ? split.validation : split.train)
  try {
    const from = backbone ? await exportImported(job, validation) : await exportNetwork(job, validation)
    await quantizeOrCopy({ job, from, validation })
  } finally {
    validation.close()
  }
  onProgress({ phase: 'export', done: 1, total: 1, loss: null, etaS: 0 })
}

async function exportNetwork(job: LearnJob, validation: ClipSource): Promise<LoadedBundle> {
  const { learning, set, threads, signal, run } = job
  const { weights, preset } = await readTrainedModel(trainedDir(job))
  const model = modelOf({ preset, labels: set.labels })
  const { viewsPerItem } = learning
  const unseen = await readUnseen(run.dir, set.labels)
  const said =
    unseen ??
    (await predictClips({
      model,
      weights,
      source: validation,
      labels: set.labels,
      viewsPerItem,
      batch: 8,
      threads,
      signal,
    }))
  const exported = await exportBundles({
    model,
    weights,
    card: {
      ...cardOf(job, set.labels, thresholdsOf(said, unseen ? true : undefined)),
      // Short clips: four looks a second cost little, and miss nothing that lasts.
      ...(isCnn(preset) && { strideFrames: Math.ceil(preset.clip.frames / 4) }),
    },
    outDir: join(run.dir, 'export'),
  })
  return learning.kind === 'stream' ? (exported.stream ?? exported.clip) : exported.clip
}

const calibrationClips = 32

async function quantizeOrCopy(options: {
  job: LearnJob
  from: LoadedBundle
  validation: ClipSource
}): Promise<void> {
  const { job, from, validation } = options
  const { version, threads, learning } = job
  const { quantize: mode } = learning
  if (mode === 'none') {
    await copyBundle(from.dir, servedDir(job), {})
    return
  }
  const { frames, heightPx, widthPx } = clipOf(job)
  const calibration = validation.items.slice(0, calibrationClips).map((_, item) => {
    const video = new Uint8Array(frames * heightPx * widthPx * 3)
    validation.read(item, 0, frames, video)
    return video
  })
  await quantizeBundle({ bundleDir: from.dir, outDir: servedDir(job), mode, calibration, version, threads })
}
