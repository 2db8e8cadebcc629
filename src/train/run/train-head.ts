import { createSession } from '../../onnx/create-session.ts'
import { createGraphBuilder } from '../../onnx/graph-builder.ts'
import { Tensor } from '../../onnx/onnx-runtime.ts'
import { layOut, trainableParameters } from '../autodiff/parameters.ts'
import { createTape } from '../autodiff/tape.ts'
import { createDrawOrder } from '../data/draw-order.ts'
import type { Prediction } from '../evaluate/prediction.ts'
import { addSoftmax, labelIndices, scorePredictions } from '../export/predict.ts'
import { type FrozenBackbone, featureGain, featureShift } from '../models/frozen-backbone.ts'
import { headObjective } from '../step/head-objective.ts'
import { cosineRate, createTrainer, type Feeds } from '../step/trainer.ts'
import { type Embeddings, embedFootage } from './embed-footage.ts'
import { checkFootage, type FineTuneOptions, runIdentity, startWeights } from './fine-tune.ts'
import { parseFineTunePlan } from './fine-tune-plan.ts'
import { runTraining, type TrainedRun } from './run-training.ts'

/** Without a number of steps or epochs: they cost next to nothing, and few clips are few steps a pass. */
const leastSteps = 300

/**
 * Teaches the head of a frozen backbone. All footage is embedded once (`clipsPerItem` clips of each piece, mirrored
 * too with `augmentation.flip`); the head then learns from the embeddings, which takes seconds. Of the plan, what varies
 * pixels, mixup, drop path and layers do not apply. @throws what fineTune throws
 */
export async function trainHead(options: FineTuneOptions & { model: FrozenBackbone }): Promise<TrainedRun> {
  const { model, train, validation, threads, seed, signal, clock, onProgress } = options
  const plan = parseFineTunePlan(options.plan)
  const classes = checkFootage(options)
  const { batch } = plan
  const startedMs = clock.monoMs()
  const embed = (source: typeof train, views: number, mirrored: boolean, share: number) =>
    embedFootage({
      model,
      source,
      views,
      mirrored,
      batch: plan.microBatch ?? batch,
      signal,
      ...(options.pause && { pause: options.pause }),
      onProgress: ({ done, total }) => {
        const etaS = ((clock.monoMs() - startedMs) / 1000 / done) * (total - done)
        onProgress({ phase: 'load', done: done + share, total: total + share, loss: null, etaS })
      },
    })
  const learned = await embed(train, plan.clipsPerItem, plan.augmentation.flip, 0)
  const judged = await embed(validation, plan.validationViews, false, learned.items.length)
  const start = options.start ?? standardised(model, startWeights(model, seed), learned)
  const rows = learned.items.map((item) => classes[item]!)
  const drawn = rows.flatMap((label, row) => (label < 0 ? [] : [row]))
  const stepsPerEpoch = Math.max(1, Math.ceil(drawn.length / batch))
  const steps =
    plan.steps ??
    (plan.epochs === null ? Math.max(leastSteps, 30 * stepsPerEpoch) : plan.epochs * stepsPerEpoch)
  const judge = validation.items.length === 0 ? null : await createHeadJudge(model, threads)
  try {
    return await runTraining({
      phase: 'finetune',
      runDir: options.runDir,
      identity: { ...plan, seed, ...runIdentity(options, start) },
      steps,
      stepsPerEpoch,
      checkpointEvery: plan.checkpointEvery,
      patience: plan.patience,
      watch: plan.watch,
      openTrainer: (from) =>
        createTrainer({
          objective: headObjective(model, { batch }),
          threads,
          scaleOf: (name) => (name === featureShift || name === featureGain ? 0 : 1),
          optimiser: { weightDecay: plan.weightDecay, clipNorm: plan.clipNorm },
          ...(plan.averageDecay > 0 && { averageDecay: plan.averageDecay }),
          ...(from ? { from } : { weights: start }),
        }),
      openFeeds(from) {
        let step = from
        const order = createDrawOrder({
          seed,
          classes: drawn.map((row) => rows[row]!),
          balance: plan.balance,
        })
        return {
          next: async () => {
            const picked = Array.from({ length: batch }, (_, n) => drawn[order.itemOf(step * batch + n)]!)
            step += 1
            return feedsOf(model, learned, { picked, rows, labelSmoothing: plan.labelSmoothing })
          },
          close: async () => {},
        }
      },
      rateAt: (step) =>
        cosineRate(step, { steps, warmup: Math.round(plan.warmup * steps), peak: plan.peakRate }),
      validate:
        judge === null
          ? null
          : async (weights) =>
              scorePredictions(predictionsOf(options, judged, await judge.logits(weights, judged))),
      ...(options.pause && { pause: options.pause }),
      clock,
      signal,
      onProgress,
    })
  } finally {
    await judge?.close()
  }
}

/** What a head says of footage: softmax, averaged over the clips of an item. @throws AppError TRAIN_STOPPED */
export async function predictHead(options: {
  model: FrozenBackbone
  weights: Float32Array
  source: FineTuneOptions['train']
  viewsPerItem: number
  batch: number
  threads: number
  signal: AbortSignal
}): Promise<Prediction[]> {
  const { model, weights, source, viewsPerItem: views } = options
  const embedded = await embedFootage({ ...options, views, mirrored: false })
  const judge = await createHeadJudge(model, options.threads)
  try {
    return predictionsOf({ model, validation: source }, embedded, await judge.logits(weights, embedded))
  } finally {
    await judge.close()
  }
}

function feedsOf(
  { features, labels }: FrozenBackbone,
  { values }: Embeddings,
  batch: { picked: readonly number[]; rows: readonly number[]; labelSmoothing: number },
): Feeds {
  const { picked, rows, labelSmoothing } = batch
  const x = new Float32Array(picked.length * features)
  const target = new Float32Array(picked.length * labels.length).fill(labelSmoothing / labels.length)
  picked.forEach((row, n) => {
    x.set(values.subarray(row * features, (row + 1) * features), n * features)
    target[n * labels.length + rows[row]!]! += 1 - labelSmoothing
  })
  return { features: x, target }
}

/** The weights with the shift and gain that bring these embeddings to mean 0 and deviation 1. */
function standardised(model: FrozenBackbone, weights: Float32Array, { values }: Embeddings): Float32Array {
  const { features } = model
  const count = values.length / features
  const [sum, squares] = [new Float64Array(features), new Float64Array(features)]
  values.forEach((value, at) => {
    sum[at % features]! += value
  })
  values.forEach((value, at) => {
    squares[at % features]! += (value - sum[at % features]! / count) ** 2
  })
  const out = Float32Array.from(weights)
  for (const { name, start } of layOut(model.parameters).entries)
    for (let index = 0; index < features; index += 1) {
      const deviation = Math.sqrt(squares[index]! / count)
      if (name === featureShift) out[start + index] = sum[index]! / count
      // A feature that never changes says nothing and stays near 0.
      if (name === featureGain) out[start + index] = deviation < 1e-6 ? 1 : 1 / deviation
    }
  return out
}

/** The head alone, with its weights as an input. */
async function createHeadJudge(model: FrozenBackbone, threads: number) {
  const graph = createGraphBuilder({ name: `${model.name}-head` })
  const layout = layOut(model.parameters)
  const weights = graph.input('weights', 'float32', [layout.total])
  const features = graph.input('features', 'float32', ['N', model.features])
  const tape = createTape(graph)
  const parameters = trainableParameters(tape, weights, layout)
  const logits = model.judge(
    tape,
    (name) => parameters.get(name)!,
    tape.constant(features, [-1, model.features]),
  )
  graph.output('logits', logits.name, 'float32', ['N', model.labels.length])
  const session = await createSession(graph.model(), {
    threads,
  })
  return {
    async logits(values: Float32Array, embedded: Embeddings): Promise<Float32Array> {
      const result = await session.run({
        weights: new Tensor('float32', values, [layout.total]),
        features: new Tensor('float32', embedded.values, [embedded.items.length, model.features]),
      })
      return result.logits!.data as Float32Array
    },
    close: () => session.release(),
  }
}

/** As predictClips: softmax, averaged over the views of an item. */
function predictionsOf(
  { model, validation }: Pick<FineTuneOptions, 'validation'> & { model: FrozenBackbone },
  { items }: Embeddings,
  logits: Float32Array,
): Prediction[] {
  const labels = model.labels.length
  const truths = labelIndices(validation, model.labels)
  const sums = new Map<number, Float32Array>()
  items.forEach((item, row) => {
    const sum = sums.get(item) ?? new Float32Array(labels)
    addSoftmax(logits.subarray(row * labels, (row + 1) * labels), sum)
    sums.set(item, sum)
  })
  return [...sums].flatMap(([item, sum]): Prediction[] => {
    const { id, group } = validation.items[item]!
    const total = sum.reduce((a, b) => a + b)
    return truths[item]! < 0
      ? []
      : [{ id, group, truth: truths[item]!, probabilities: sum.map((value) => value / total) }]
  })
}
