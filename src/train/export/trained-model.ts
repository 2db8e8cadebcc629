import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '../../core/errors.ts'
import { writeWhole } from '../../store/write-whole.ts'
import { layOut } from '../autodiff/parameters.ts'
import { createFrameCnn } from '../models/frame-cnn.ts'
import { patchGrid } from '../models/patches.ts'
import { isCnn, type Network, type Preset } from '../models/presets.ts'
import type { VideoModel } from '../models/video-model.ts'
import { createVideoTransformer, type VideoTransformer } from '../models/video-transformer.ts'

const size = z.int().min(1)

const clip = z.strictObject({ frames: size, heightPx: size, widthPx: size })

/** model.json: what is needed to build a model again around its weights. */
const trainedModelSchema = z.strictObject({
  formatVersion: z.literal(1),
  settings: z.union([
    z.strictObject({
      name: z.literal('cnn'),
      clip,
      widths: z.tuple([size, size, size, size]),
      mixed: size,
    }),
    z.strictObject({
      name: z.string(),
      clip,
      patchPx: size,
      tubeletFrames: size,
      width: size,
      heads: size,
      hidden: size,
      depthSpace: z.int().min(0),
      depthTime: z.int().min(0),
      input: z.enum(['colour', 'motion']).exactOptional(),
      pooling: z.enum(['mean', 'max']).exactOptional(),
    }),
  ]),
  /** Empty for a model that was only pretrained. */
  labels: z.array(z.string()),
  sampleFps: z.number().positive(),
})

export interface TrainedModel {
  readonly preset: Network
  readonly labels: readonly string[]
  readonly sampleFps: number
  /** In the layout of the model's parameters. */
  readonly weights: Float32Array
}

export const modelFile = 'model.json'
export const weightsFile = 'weights.bin'

/** The model of a trained one; its labels may be other ones, when it is to be taught anew. */
export function modelOf(of: { preset: Preset; labels: readonly string[] }): VideoTransformer
export function modelOf(of: Pick<TrainedModel, 'preset' | 'labels'>): VideoTransformer | VideoModel
export function modelOf({ preset, labels }: Pick<TrainedModel, 'preset' | 'labels'>) {
  // A head without labels cannot be: what was only pretrained gets one that nobody asks.
  const named = labels.length > 0 ? labels : ['pretrained']
  return isCnn(preset)
    ? createFrameCnn({ ...preset, labels: named })
    : createVideoTransformer({ ...preset, labels: named })
}

/** @throws AppError TRAIN_PLAN naming the sizes that do not go together */
export function checkPreset(preset: Preset): void {
  const { clip, patchPx, tubeletFrames, width, heads } = preset
  const problems = [
    ...(clip.widthPx % patchPx ? [`clip.widthPx ${clip.widthPx} is no multiple of patchPx ${patchPx}`] : []),
    ...(clip.heightPx % patchPx
      ? [`clip.heightPx ${clip.heightPx} is no multiple of patchPx ${patchPx}`]
      : []),
    ...(clip.frames % tubeletFrames
      ? [`clip.frames ${clip.frames} is no multiple of tubeletFrames ${tubeletFrames}`]
      : []),
    ...(width % (heads * 4) ? [`width ${width} is no multiple of four times the ${heads} heads`] : []),
  ]
  if (problems.length > 0) throw new AppError('TRAIN_PLAN', problems.join('; '))
  patchGrid(preset)
}

/** The two files of a trained model, by name. */
export function trainedModelFiles(model: TrainedModel): Record<string, Uint8Array> {
  const { preset: settings, labels, sampleFps, weights } = model
  const text = JSON.stringify({ formatVersion: 1, settings, labels, sampleFps }, null, 2)
  return {
    [modelFile]: new TextEncoder().encode(`${text}\n`),
    [weightsFile]: new Uint8Array(weights.buffer, weights.byteOffset, weights.byteLength),
  }
}

/** Writes them so that each file is whole or not there; weights first, so that model.json says that both are. */
export async function writeTrainedModel(dir: string, model: TrainedModel): Promise<void> {
  const files = trainedModelFiles(model)
  for (const name of [weightsFile, modelFile])
    await writeWhole({ path: join(dir, name), content: files[name]! })
}

/** @throws AppError TRAIN_DATA when the folder holds no trained model or the files do not fit each other */
export async function readTrainedModel(dir: string): Promise<TrainedModel> {
  const refuse = (reason: string, cause?: unknown) =>
    new AppError('TRAIN_DATA', `${dir}: no trained model: ${reason}`, { details: { dir }, cause })
  let value: unknown
  let bytes: Buffer
  try {
    value = JSON.parse(await readFile(join(dir, modelFile), 'utf8'))
    bytes = await readFile(join(dir, weightsFile))
  } catch (cause) {
    throw refuse((cause as Error).message, cause)
  }
  const checked = trainedModelSchema.safeParse(value)
  if (!checked.success) {
    const [issue] = checked.error.issues
    throw refuse(`${modelFile}: ${issue!.path.join('.')}: ${issue!.message}`)
  }
  const { settings, labels, sampleFps } = checked.data
  const preset = networkOf(settings)
  const { total } = layOut(modelOf({ preset, labels }).parameters)
  if (bytes.length !== total * 4)
    throw refuse(`${weightsFile} has ${bytes.length} bytes, the model of ${modelFile} needs ${total * 4}`)
  const weights = new Float32Array(total)
  new Uint8Array(weights.buffer).set(bytes)
  return { preset, labels, sampleFps, weights }
}

/** Without the fields that are not set. */
function networkOf(settings: z.output<typeof trainedModelSchema>['settings']): Network {
  if ('widths' in settings) return settings
  const { input, pooling, ...sizes } = settings
  return { ...sizes, ...(input && { input }), ...(pooling && { pooling }) }
}
