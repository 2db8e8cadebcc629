import { createHash } from 'node:crypto'
import { appendFile, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { Clock } from '../../core/clock.ts'
import { AppError } from '../../core/errors.ts'
import { createRandom, type Random } from '../../core/random.ts'
import { createSession } from '../../onnx/create-session.ts'
import { createGraphBuilder } from '../../onnx/graph-builder.ts'
import { Tensor } from '../../onnx/onnx-runtime.ts'
import { makeFolders } from '../../store/make-folders.ts'
import { readJson } from '../../store/read-json.ts'
import { copyWeights, initialWeights, layOut, trainableParameters } from '../autodiff/parameters.ts'
import { createTape } from '../autodiff/tape.ts'
import type { ClipSource } from '../data/clip-source.ts'
import type { TrainingProgress } from '../evaluate/prediction.ts'
import { patchGrid } from '../models/patches.ts'
import type { VideoTransformer } from '../models/video-transformer.ts'
import { drawOrders } from '../models/visible-places.ts'
import { decoderParameters, type SelfSupervision, selfSupervision } from '../self/self-supervision.ts'
import type { Precision } from '../step/step-graph.ts'
import { cosineRate, createTrainer, type Feeds, tensorsOf } from '../step/trainer.ts'
import type { TrainingProvider } from '../step/training-session.ts'
import { runTraining } from './run-training.ts'

export interface PretrainPlan {
  readonly steps: number
  readonly batch: number
  /** fp32 when left out. */
  readonly precision?: Precision
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
  /** Steps between checkpoints; 200 when left out. */
  readonly checkpointEvery?: number
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
  /** In the layout of `decoderParameters`. */
  readonly decoder: Float32Array
  readonly losses: readonly PretrainLoss[]
}

export interface PretrainOptions {
  readonly model: VideoTransformer
  /** Weights to start with, or null for random ones. */
  readonly start: Float32Array | null
  readonly footage: ClipSource
  readonly plan: PretrainPlan
  /** Checkpoints and curves go here; the same call goes on from there. */
  readonly runDir: string
  readonly threads: number
  readonly provider?: TrainingProvider
  readonly seed: number
  readonly clock: Clock
  readonly onProgress: (progress: TrainingProgress) => void
  readonly signal: AbortSignal
  /** Awaited before each step, for work that takes second place. */
  readonly pause?: () => Promise<void>
  /** Writes one clip; when left out, a random stretch of the footage, mirrored half of the time. */
  readonly drawClip?: (random: Random, out: Uint8Array) => void
}

/** How many times over a run the errors are measured. */
const measurements = 20
/** The errors over a run, one JSON line for each measurement. */
export const pretrainLossFile = 'pretraining.jsonl'

/**
 * Learns from footage without labels, by masked and next-frame prediction; keeps the weights with the smallest error.
 * The same options give the same weights, bit for bit on the same machine, however often the run was interrupted.
 *
 * @throws AppError TRAIN_DATA when there is no footage or its pictures have another size than the model's clips, and
 *   whatever runTraining throws.
 */
export async function pretrain(options: PretrainOptions): Promise<Pretrained> {
  const { model, start, footage, plan, runDir, threads, seed, provider = 'cpu' } = options
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
  const losses = await openLosses(join(runDir, pretrainLossFile))
  let step = 0
  const measure = async (values: Float32Array) => {
    const errors = await probe.measure(values)
    await losses.add({ step, ...errors })
    return plan.maskedWeight * (errors.masked ?? 0) + plan.nextWeight * (errors.next ?? 0)
  }

  try {
    await measure(weights)
    const best = await runTraining({
      phase: 'pretrain',
      runDir,
      identity: { ...plan, seed, ...identityOf(options) },
      steps: plan.steps,
      stepsPerEpoch: Math.max(1, Math.round(plan.steps / measurements)),
      checkpointEvery: plan.checkpointEvery ?? 200,
      patience: 0,
      watch: 'loss',
      openTrainer: (from) =>
        createTrainer({
          objective,
          threads,
          provider,
          ...(plan.precision && { precision: plan.precision }),
          ...(from ? { from } : { weights }),
          ...(plan.weightDecay !== undefined && { optimiser: { weightDecay: plan.weightDecay } }),
        }),
      openFeeds(from) {
        step = from
        return {
          async next() {
            step += 1
            return feedsOf(`step-${step}`)
          },
          async close() {},
        }
      },
      rateAt: (at) => cosineRate(at, { steps: plan.steps, warmup: plan.warmup, peak: plan.peakRate }),
      validate: async (values) => ({ loss: await measure(values), accuracy: 0 }),
      ...(options.pause && { pause: options.pause }),
      clock: options.clock,
      signal: options.signal,
      onProgress: options.onProgress,
    })
    const trained = { layout, weights: best.weights }
    const decoder = layOut(decoderParameters(objective, model))
    return {
      weights: copyWeights(trained, { layout: own, weights: new Float32Array(own.total) }),
      decoder: copyWeights(trained, { layout: decoder, weights: new Float32Array(decoder.total) }),
      losses: losses.all(),
    }
  } finally {
    await probe.close()
  }
}

const lossSchema = z.object({
  step: z.number(),
  masked: z.number().nullable(),
  next: z.number().nullable(),
}) satisfies z.ZodType<PretrainLoss>

/** The errors of a run in a file; what is measured again after an interruption counts once. */
async function openLosses(path: string) {
  const known = new Map<number, PretrainLoss>()
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return ''
    throw cause
  })
  for (const line of text.split('\n').slice(0, -1)) {
    const loss = readJson(line, lossSchema)
    if (loss) known.set(loss.step, loss)
  }
  makeFolders(dirname(path))
  return {
    async add(loss: PretrainLoss) {
      if (known.has(loss.step)) return
      known.set(loss.step, loss)
      await appendFile(path, `${JSON.stringify(loss)}\n`)
    },
    all: (): PretrainLoss[] => [...known.values()].sort((a, b) => a.step - b.step),
  }
}

/** What tells one run from another besides plan and seed. */
function identityOf({ model, start, footage }: PretrainOptions): Record<string, unknown> {
  const hash = createHash('sha256')
  for (const { id, frameCount } of footage.items) hash.update(`${id}\n${frameCount}\n`)
  if (start) hash.update(new Uint8Array(start.buffer, start.byteOffset, start.byteLength))
  return { model: { ...model.settings }, material: hash.digest('hex') }
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
  const session = await createSession(graph.model(), {
    threads,
  })
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
