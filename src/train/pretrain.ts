import { InferenceSession, Tensor } from 'onnxruntime-node'
import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/errors.ts'
import { createRandom, type Random } from '../core/random.ts'
import { createGraphBuilder } from '../onnx/graph-builder.ts'
import type { ClipSource } from './clip-source.ts'
import { drawOrders } from './masked-prediction.ts'
import { patchGrid } from './models/patches.ts'
import type { VideoTransformer } from './models/video-transformer.ts'
import { copyWeights, initialWeights, layOut, trainableParameters } from './parameters.ts'
import type { TrainingProgress } from './prediction.ts'
import { decoderParameters, type SelfSupervision, selfSupervision } from './self-supervision.ts'
import { createTape } from './tape.ts'
import { cosineRate, createTrainer, type Feeds, tensorsOf } from './trainer.ts'

export interface PretrainPlan {
  readonly steps: number
  readonly batch: number
  /** Share of the places that masked prediction hides, 0.75–0.9 as a rule. */
  readonly maskRatio: number
  /** Weights of the two errors in the loss; 0 leaves one out. */
  readonly maskedWeight: number
  readonly nextWeight: number
  readonly peakRate: number
  /** Steps over which the learning rate rises to its peak. */
  readonly warmup: number
  /** Pull of weights towards 0; AdamW's default when left out. */
  readonly weightDecay?: number
}

/** Errors on clips that stay the same over the whole run; null for what is not trained. */
export interface PretrainLoss {
  readonly step: number
  readonly masked: number | null
  readonly next: number | null
}

export interface Pretrained {
  /** In the layout of the model's parameters. */
  readonly weights: Float32Array
  /** In the layout of `selfSupervision(model, plan).parameters` without the model's: see decoderParameters. */
  readonly decoder: Float32Array
  readonly losses: readonly PretrainLoss[]
}

/** How many times over a run the errors are measured. */
const measurements = 20

/**
 * Learns from footage without labels, by masked and next-frame prediction. The same seed gives the same weights.
 *
 * @throws AppError TRAIN_DATA when there is no footage or its pictures have another size than the model's clips;
 *   TRAIN_DIVERGED. When `signal` is aborted its reason is thrown after the step that is running.
 */
export async function pretrain(options: {
  model: VideoTransformer
  /** Weights to start with, or null for random ones. */
  start: Float32Array | null
  footage: ClipSource
  plan: PretrainPlan
  runDir: string
  threads: number
  seed: number
  clock: Clock
  onProgress: (progress: TrainingProgress) => void
  signal: AbortSignal
  /** Writes one clip; when left out, a random stretch of the footage, mirrored half of the time. */
  drawClip?: (random: Random, out: Uint8Array) => void
}): Promise<Pretrained> {
  const { model, start, footage, plan, threads, seed, clock, onProgress, signal } = options
  if (!options.drawClip) refuseUnfitFootage(footage, model)
  const drawClip = options.drawClip ?? ((random, out) => drawStretch(footage, model, random, out))
  const objective = selfSupervision(model, plan)
  const layout = layOut(objective.parameters)
  const own = layOut(model.parameters)
  const random = createRandom(seed)
  const first = initialWeights(layout, random.fork('weights').normal)
  const weights = start ? copyWeights({ layout: own, weights: start }, { layout, weights: first }) : first

  // Every step draws from a generator of its own, so that a run that goes on draws what it would have drawn.
  const feedsOf = (name: string): Feeds => drawFeeds(model, plan, random.fork(name), drawClip)
  const probe = await createProbe(objective, feedsOf('probe'), threads)
  const trainer = await createTrainer({
    objective,
    threads,
    weights,
    ...(plan.weightDecay !== undefined && { optimiser: { weightDecay: plan.weightDecay } }),
  })
  const losses: PretrainLoss[] = []
  const every = Math.max(1, Math.round(plan.steps / measurements))
  const measure = async (step: number) => {
    losses.push({ step, ...(await probe.measure(trainer.state().weights)) })
  }
  const startedMs = clock.monoMs()
  let smoothed: number | null = null
  try {
    await measure(0)
    for (let step = 0; step < plan.steps; step += 1) {
      signal.throwIfAborted()
      const rate = cosineRate(step, { steps: plan.steps, warmup: plan.warmup, peak: plan.peakRate })
      const { loss } = await trainer.step(feedsOf(`step-${step}`), rate)
      smoothed = smoothed === null ? loss : 0.95 * smoothed + 0.05 * loss
      const done = step + 1
      if (done % every === 0 || done === plan.steps) await measure(done)
      const perStepS = (clock.monoMs() - startedMs) / 1000 / done
      onProgress({
        phase: 'pretrain',
        done,
        total: plan.steps,
        loss: smoothed,
        etaS: perStepS * (plan.steps - done),
      })
    }
    const trained = { layout, weights: trainer.state().weights }
    const decoder = layOut(decoderParameters(objective, model))
    return {
      weights: copyWeights(trained, { layout: own, weights: new Float32Array(own.total) }),
      decoder: copyWeights(trained, { layout: decoder, weights: new Float32Array(decoder.total) }),
      losses,
    }
  } finally {
    await trainer.close()
    await probe.close()
  }
}

function refuseUnfitFootage(footage: ClipSource, { clip, name }: VideoTransformer): void {
  const { widthPx, heightPx, items } = footage
  if (items.length === 0) throw new AppError('TRAIN_DATA', `pretraining ${name}: there is no footage`)
  if (widthPx !== clip.widthPx || heightPx !== clip.heightPx)
    throw new AppError(
      'TRAIN_DATA',
      `pretraining ${name}: the footage has pictures of ${widthPx} × ${heightPx}, the model takes ${clip.widthPx} × ${clip.heightPx}`,
    )
}

function drawFeeds(
  model: VideoTransformer,
  { batch, maskedWeight }: PretrainPlan,
  random: Random,
  drawClip: (random: Random, out: Uint8Array) => void,
): Feeds {
  const { frames, heightPx, widthPx } = model.clip
  const size = frames * heightPx * widthPx * 3
  const clips = new Uint8Array(batch * size)
  for (let n = 0; n < batch; n += 1) drawClip(random, clips.subarray(n * size, (n + 1) * size))
  if (maskedWeight === 0) return { clips }
  return { clips, order: drawOrders(batch, patchGrid(model.settings).places, random) }
}

/** Every frame of the footage is as likely as any other to be in the clip. */
function drawStretch(footage: ClipSource, model: VideoTransformer, random: Random, out: Uint8Array): void {
  const { frames, widthPx } = model.clip
  const startsOf = ({ frameCount }: { frameCount: number }) => Math.max(1, frameCount - frames + 1)
  const total = footage.items.reduce((sum, item) => sum + startsOf(item), 0)
  let at = random.int(0, total - 1)
  let item = 0
  while (at >= startsOf(footage.items[item]!)) {
    at -= startsOf(footage.items[item]!)
    item += 1
  }
  footage.read(item, at, frames, out)
  if (random.chance(0.5)) mirror(out, widthPx)
}

/** Left becomes right, in place. */
function mirror(rgb: Uint8Array, widthPx: number): void {
  const stride = widthPx * 3
  for (let row = 0; row < rgb.length; row += stride)
    for (let left = 0, right = widthPx - 1; left < right; left += 1, right -= 1)
      for (let channel = 0; channel < 3; channel += 1) {
        const [a, b] = [row + left * 3 + channel, row + right * 3 + channel]
        const kept = rgb[a]!
        rgb[a] = rgb[b]!
        rgb[b] = kept
      }
}

/** Measures both errors by themselves, always on the same clips. */
async function createProbe(objective: SelfSupervision, feeds: Feeds, threads: number) {
  const graph = createGraphBuilder({ name: `${objective.name}-probe` })
  const layout = layOut(objective.parameters)
  const weights = graph.input('weights', 'float32', [layout.total])
  for (const { name, type, shape } of objective.inputs) graph.input(name, type, shape)
  const tape = createTape(graph)
  const parameters = trainableParameters(tape, weights, layout)
  const errors = objective.losses({ tape, parameters: (name) => parameters.get(name)! }, (name) => name)
  for (const kind of ['masked', 'next'] as const)
    if (errors[kind]) graph.output(kind, errors[kind].name, 'float32', [])
  const session = await InferenceSession.create(graph.model(), { intraOpNumThreads: threads })
  const fixed = tensorsOf(objective.inputs, feeds)
  return {
    async measure(values: Float32Array): Promise<{ masked: number | null; next: number | null }> {
      const result = await session.run({ ...fixed, weights: new Tensor('float32', values, [layout.total]) })
      const numberOf = (kind: string) => (result[kind]?.data as Float32Array | undefined)?.[0] ?? null
      return { masked: numberOf('masked'), next: numberOf('next') }
    },
    close: () => session.release(),
  }
}
