import { createHash } from 'node:crypto'
import type { Clock } from '../../core/clock.ts'
import { AppError } from '../../core/errors.ts'
import { createRandom } from '../../core/random.ts'
import { initialWeights, layOut } from '../autodiff/parameters.ts'
import { createBatchLoader } from '../data/batch-loader.ts'
import { refuseSharedGroups } from '../data/check-split.ts'
import type { ClipSource } from '../data/clip-source.ts'
import type { BatchRecipe, LabelledBatch } from '../data/make-batch.ts'
import type { TrainingProgress } from '../evaluate/prediction.ts'
import { labelIndices, predictClips, scorePredictions } from '../export/predict.ts'
import type { VideoModel } from '../models/video-model.ts'
import { visibleCount } from '../models/visible-places.ts'
import { singleLabel } from '../step/objective.ts'
import { rateScales } from '../step/parameter-rates.ts'
import { cosineRate, createTrainer, type Feeds } from '../step/trainer.ts'
import type { TrainingProvider } from '../step/training-session.ts'
import { type FineTunePlan, parseFineTunePlan } from './fine-tune-plan.ts'
import { type PlateauRule, plateauRate } from './plateau.ts'
import { runTraining, type TrainedRun } from './run-training.ts'

export interface FineTuneOptions {
  readonly model: VideoModel
  /** Weights to start with, such as pretrained ones; random ones when null. */
  readonly start: Float32Array | null
  readonly train: ClipSource
  /** Footage of other groups; says which epoch is best. Without items the last weights are kept. */
  readonly validation: ClipSource
  readonly plan: FineTunePlan
  /** Checkpoints and `history.jsonl` go here; the same call goes on from there. */
  readonly runDir: string
  readonly threads: number
  readonly seed: number
  readonly provider?: TrainingProvider
  /** Awaited before each step, for work that takes second place. */
  readonly pause?: () => Promise<void>
  readonly clock: Clock
  readonly onProgress: (progress: TrainingProgress) => void
  readonly signal: AbortSignal
}

/**
 * Teaches a model its labels: clips of labelled footage, softmax and cross-entropy. The same options give the same
 * weights, bit for bit on the same machine, however often the run was interrupted.
 *
 * @throws AppError TRAIN_LABEL, TRAIN_SPLIT, TRAIN_DATA (what it is trained on does not do), TRAIN_PLAN, and whatever
 *   runTraining throws.
 */
export async function fineTune(options: FineTuneOptions): Promise<TrainedRun> {
  const { model, train, validation, threads, seed, provider = 'cpu' } = options
  const plan = parseFineTunePlan(options.plan)
  const classes = checkFootage(options)
  const { batch, microBatch } = plan
  const parts = batch / (microBatch ?? batch)
  const drawn = classes.filter((label) => label >= 0).length
  const pass = Math.max(1, Math.ceil((drawn * plan.clipsPerItem) / batch))
  const plateau = plateauOf(plan, { labels: model.labels.length, pass })
  // Validating after each of a few steps would cost more than the steps.
  const stepsPerEpoch = plateau ? Math.max(pass, plateau.window) : pass
  const steps = plan.steps ?? plateau?.most ?? plan.epochs! * pass
  const scaleOf = rateScales(model.parameters, { trained: plan.trainLayers, decay: plan.layerDecay })
  const recipe: BatchRecipe = {
    seed,
    clip: model.clip,
    batch,
    classes,
    labels: model.labels.length,
    balance: plan.balance,
    augmentation: plan.augmentation,
    labelSmoothing: plan.labelSmoothing,
    mixup: plan.mixup,
    dropPath: dropPathOf(model, plan, scaleOf),
    places: plan.patchDropout > 0 ? placesOf(model) : 0,
  }
  const visible = recipe.places > 0 ? visibleCount(recipe.places, plan.patchDropout) : null
  const dropPath = recipe.dropPath.some((chance) => chance > 0)
  const start = options.start ?? startWeights(model, seed)

  return runTraining({
    phase: 'finetune',
    runDir: options.runDir,
    identity: { ...plan, seed, ...runIdentity(options, start) },
    steps,
    plateau,
    stepsPerEpoch,
    checkpointEvery: plan.checkpointEvery,
    patience: plan.patience,
    watch: plan.watch,
    openTrainer: (from) =>
      createTrainer({
        objective: singleLabel(model, { batch: batch / parts, dropPath, visible }),
        threads,
        provider,
        parts,
        precision: plan.precision,
        scaleOf,
        optimiser: { weightDecay: plan.weightDecay, clipNorm: plan.clipNorm },
        ...(plan.averageDecay > 0 && { averageDecay: plan.averageDecay }),
        ...(from ? { from } : { weights: start }),
      }),
    openFeeds(from) {
      const loader = createBatchLoader({ source: train, recipe, from })
      return {
        next: async () => cutIntoParts(await loader.next(), { parts, dropPath, visible }),
        close: () => loader.close(),
      }
    },
    rateAt: (step, decided) =>
      plateau
        ? plateauRate(step, decided, { warmup: Math.round(plan.warmup * plateau.least), peak: plan.peakRate })
        : cosineRate(step, { steps, warmup: Math.round(plan.warmup * steps), peak: plan.peakRate }),
    validate:
      validation.items.length === 0
        ? null
        : async (weights) =>
            scorePredictions(
              await predictClips({
                model,
                weights,
                source: validation,
                labels: model.labels,
                viewsPerItem: plan.validationViews,
                batch: microBatch ?? batch,
                threads,
              }),
            ),
    ...(options.pause && { pause: options.pause }),
    clock: options.clock,
    signal: options.signal,
    onProgress: options.onProgress,
  })
}

/** Without a number of steps or passes the loss decides; null with one. */
export function plateauOf(
  plan: FineTunePlan,
  { labels, pass }: { labels: number; pass: number },
): PlateauRule | null {
  if (plan.steps !== null || plan.epochs !== null) return null
  const other = plan.labelSmoothing / labels
  const own = 1 - plan.labelSmoothing + other
  const part = (share: number) => (share > 0 ? -share * Math.log(share) : 0)
  return {
    least: 150,
    most: Math.max(600, 30 * pass),
    window: 50,
    chance: Math.log(Math.max(2, labels)),
    // The entropy of the smoothed target: no model has a smaller cross-entropy.
    floor: part(own) + (labels - 1) * part(other),
  }
}

/** Random weights; the same for the same seed. */
export function startWeights(model: VideoModel, seed: number): Float32Array {
  return initialWeights(layOut(model.parameters), createRandom(seed).fork('weights').normal)
}

/** The class of each item that is trained on, once it is certain that something can be learned and judged. */
export function checkFootage({ model, train, validation }: FineTuneOptions): number[] {
  const classes = labelIndices(train, model.labels)
  const labelled = labelIndices(validation, model.labels).some((label) => label >= 0)
  if (validation.items.length > 0 && !labelled)
    throw new AppError('TRAIN_LABEL', 'none of the footage for validation has a label')
  if (train.items.length === 0) throw new AppError('TRAIN_DATA', 'there is no footage to learn from')
  const empty = model.labels.filter((_, label) => !classes.includes(label))
  if (empty.length > 0)
    throw new AppError(
      'TRAIN_LABEL',
      `no footage is labelled ${empty.map((label) => `"${label}"`).join(', ')}: label some, or leave the label out of the model`,
      { details: { empty } },
    )
  refuseSharedGroups(train, validation, '; split the footage by group')
  const short = train.items.find(({ frameCount }) => frameCount < 1)
  if (short) throw new AppError('TRAIN_DATA', `${short.id} has no frames`)
  return classes
}

function placesOf({ places }: VideoModel): number {
  if (places === undefined)
    throw new AppError(
      'TRAIN_PLAN',
      'patchDropout: the model has no places that can be left out; set it to 0',
    )
  return places
}

/** Drop path grows evenly over the blocks; frozen ones are never left out. */
function dropPathOf(
  { blocks = [], parameters }: VideoModel,
  { dropPath }: FineTunePlan,
  scaleOf: (parameter: string) => number,
): number[] {
  if (dropPath === 0) return []
  if (blocks.length === 0)
    throw new AppError('TRAIN_PLAN', 'dropPath: the model has no blocks that can be left out; set it to 0')
  const trained = (block: string) =>
    parameters.some(({ name }) => name.startsWith(`${block}.`) && scaleOf(name) > 0)
  return blocks.map((block, index) =>
    trained(block) ? (dropPath * index) / Math.max(1, blocks.length - 1) : 0,
  )
}

function cutIntoParts(
  { clips, target, keep, order }: LabelledBatch,
  { parts, dropPath, visible }: { parts: number; dropPath: boolean; visible: number | null },
): Feeds[] {
  const piece = <T extends Uint8Array | Float32Array | BigInt64Array>(values: T, n: number) => {
    const size = values.length / parts
    return values.subarray(n * size, (n + 1) * size) as T
  }
  return Array.from({ length: parts }, (_, n) => ({
    clips: piece(clips, n),
    target: piece(target, n),
    ...(dropPath && { keep: piece(keep, n) }),
    ...(visible !== null && { order: piece(order, n) }),
  }))
}

/** What besides the plan decides about the weights at the end. */
export function runIdentity({ model, train, validation }: FineTuneOptions, start: Float32Array) {
  const digest = (...texts: (string | Uint8Array)[]) => {
    const hash = createHash('sha256')
    for (const text of texts) hash.update(text)
    return hash.digest('hex').slice(0, 16)
  }
  const footage = ({ widthPx, heightPx, sampleFps, items }: ClipSource) =>
    digest(JSON.stringify([widthPx, heightPx, sampleFps, items]))
  return {
    labels: model.labels,
    model: digest(JSON.stringify([model.name, model.clip, model.parameters])),
    start: digest(new Uint8Array(start.buffer, start.byteOffset, start.byteLength)),
    train: footage(train),
    validation: footage(validation),
  }
}
