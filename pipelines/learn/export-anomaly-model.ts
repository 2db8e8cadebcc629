import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LoadedBundle } from '../../src/bundle/load-bundle.ts'
import { AppError } from '../../src/core/errors.ts'
import { exportAnomalyBundle } from '../../src/train/anomaly/export-anomaly.ts'
import { layOut, type ParameterSpec } from '../../src/train/autodiff/parameters.ts'
import { modelOf, readTrainedModel } from '../../src/train/export/trained-model.ts'
import { isCnn } from '../../src/train/models/presets.ts'
import { decoderParameters, selfSupervision } from '../../src/train/self/self-supervision.ts'
import type { LearnJob } from './job.ts'
import { pretrainedDir } from './job.ts'

const decoderFile = (job: LearnJob) => join(pretrainedDir(job), 'decoder.bin')

/** Keeps what pretraining taught the decoders: without it an anomaly model cannot be made. */
export async function keepDecoder(job: LearnJob, decoder: Float32Array): Promise<void> {
  await writeFile(decoderFile(job), new Uint8Array(decoder.buffer, decoder.byteOffset, decoder.byteLength))
}

/**
 * The anomaly bundle of what was pretrained in a run.
 *
 * @throws AppError TRAIN_DATA when nothing was, TRAIN_EXPORT when next-frame prediction was left out
 */
export async function exportAnomalyModel(job: LearnJob): Promise<LoadedBundle> {
  const { learning, plans, version, run } = job
  const { preset, weights, sampleFps } = await readTrainedModel(pretrainedDir(job))
  if (isCnn(preset)) throw new AppError('TRAIN_DATA', `${pretrainedDir(job)}: a CNN is not pretrained`)
  const model = modelOf({ preset, labels: [] })
  const parameters = decoderParameters(selfSupervision(model, { ...plans.pretrain, batch: 1 }), model)
  return exportAnomalyBundle({
    model,
    weights,
    decoder: { parameters, weights: await readDecoder(job, parameters) },
    card: {
      name: learning.model,
      version,
      sampleFps,
      license: 'NOASSERTION',
      parent: null,
      dataset: null,
      description: 'What next-frame prediction did not foresee; each camera has to be calibrated.',
      metrics: {},
    },
    outDir: join(run.dir, 'anomaly'),
  })
}

async function readDecoder(job: LearnJob, parameters: readonly ParameterSpec[]): Promise<Float32Array> {
  const path = decoderFile(job)
  const { total } = layOut(parameters)
  const bytes = await readFile(path).catch(() => null)
  if (bytes?.length !== total * 4)
    throw new AppError(
      'TRAIN_DATA',
      `${path}: ${bytes ? 'is of other settings of pretraining' : 'is missing'}; run vireo train pretrain in this folder again`,
    )
  const weights = new Float32Array(total)
  new Uint8Array(weights.buffer).set(bytes)
  return weights
}
