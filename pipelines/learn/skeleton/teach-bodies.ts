import { join } from 'node:path'
import { copyBundle } from '../../../src/bundle/copy-bundle.ts'
import { loadBundle } from '../../../src/bundle/load-bundle.ts'
import { AppError } from '../../../src/core/errors.ts'
import type { LabelledVideo } from '../../../src/train/data/labelled-set.ts'
import type { Prediction } from '../../../src/train/evaluate/prediction.ts'
import { exportWindowBundle } from '../../../src/train/export/export-bundle.ts'
import type { LabelledWindows } from '../../../src/train/export/predict-skeletons.ts'
import { readSkeletonNet } from '../../../src/train/export/read-skeleton-net.ts'
import { createSkeletonNet } from '../../../src/train/models/skeleton-net.ts'
import { parentOf } from '../bundle-card.ts'
import { type LearnJob, servedDir, trainedDir } from '../job.ts'
import { foldsOf, readUnseen, takeCrossed, writeUnseen } from '../judge/cross-folds.ts'
import { judgeBodies } from './judge-bodies.ts'
import { labelColumns } from './label-columns.ts'
import type { LabelledBodies } from './labelled-bodies.ts'
import { createNetScorer, createWindowScorer } from './score-windows.ts'
import { servedLabels } from './served-labels.ts'
import { rememberedWindows, simulatedWindows } from './simulated-windows.ts'
import type { SkeletonTeaching } from './skeleton-teaching.ts'
import { type TaughtSample, taughtSamples } from './taught-samples.ts'
import { teachSkeleton } from './teach-skeleton.ts'

export type SkeletonJob = LearnJob & { readonly skeleton: SkeletonTeaching }

export const isSkeletonJob = (job: LearnJob): job is SkeletonJob => job.skeleton !== undefined

/** The clips of footage as the model sees them. */
export const bodiesOf = (
  { skeleton }: Pick<SkeletonJob, 'skeleton'>,
  videos: readonly LabelledVideo[],
): LabelledBodies[] => videos.flatMap(({ id }) => skeleton.bodies.get(id) ?? [])

/** As crossValidate, for a model of skeletons. */
export async function crossValidateBodies(job: SkeletonJob): Promise<void> {
  if (await takeCrossed(job)) return
  const folds = foldsOf(job)
  if (folds.length === 0) return
  const { run, set } = job
  const said: Prediction[] = []
  const simulated = simulatedWindows('taught', job.skeleton.shape)
  for (const [at, held] of folds.entries()) {
    const rest = folds.filter((part) => part !== held).flat()
    const missing = set.labels.filter((label) => rest.every((item) => item.label !== label))
    if (missing.length > 0) {
      job.onNotice?.(
        `cross-validation: all clips of ${missing.join(', ')} are of one part, which is not judged; label footage of more groups`,
      )
      continue
    }
    const outDir = join(run.dir, 'cross', String(at))
    await teach(job, { clips: rest, simulated, outDir, part: { at, of: folds.length } })
    said.push(...(await judgeWith(job, outDir, held)))
  }
  if (said.length > 0) await writeUnseen(run.dir, set.labels, said)
}

/** As fineTuneModel, for a model of skeletons: a bundle of the run. */
export async function fineTuneBodies(job: SkeletonJob): Promise<{ stoppedEarly: boolean; epochs: number }> {
  const { split } = job
  const crossed = foldsOf(job).length > 0
  const clips = crossed ? [...split.train, ...split.validation] : split.train
  const simulated = simulatedWindows('taught', job.skeleton.shape)
  await teach(job, { clips, simulated, outDir: trainedDir(job), part: null })
  return { stoppedEarly: false, epochs: 1 }
}

/** The bundle that serves, with thresholds from clips that were not learned from. */
export async function exportBodies(job: SkeletonJob): Promise<void> {
  const { set, split, skeleton, onProgress, run } = job
  onProgress({ phase: 'export', done: 0, total: 1, loss: null, etaS: 0 })
  const unseen = await readUnseen(run.dir, set.labels)
  const judged = split.validation.length > 0 ? split.validation : split.train
  const said = unseen ?? (await judgeWith(job, trainedDir(job), judged))
  const { bundle } = await loadBundle(trainedDir(job))
  await copyBundle(trainedDir(job), servedDir(job), {
    labels: servedLabels(bundle.labels, {
      known: skeleton.base.bundle.labels.length,
      footage: set.labels,
      said,
      notLearned: unseen !== null || split.validation.length > 0,
      ...(unseen && { few: true }),
    }),
  })
  onProgress({ phase: 'export', done: 1, total: 1, loss: null, etaS: 0 })
}

/** What a bundle of the run says of clips, in the labels of the footage. */
export async function judgeWith(
  { skeleton, set, threads }: Pick<SkeletonJob, 'skeleton' | 'set' | 'threads'>,
  dir: string,
  videos: readonly LabelledVideo[],
): Promise<Prediction[]> {
  const loaded = await loadBundle(dir)
  const scorer = await createWindowScorer(loaded, threads)
  try {
    return await judgeBodies({
      clips: videos.flatMap(({ id }) => skeleton.bodies.get(id) ?? []),
      labels: set.labels,
      none: skeleton.none,
      quiet: skeleton.quiet,
      columns: labelColumns(
        set.labels,
        loaded.bundle.labels.map(({ name }) => name),
        skeleton.none,
      ),
      shape: skeleton.shape,
      score: scorer.score,
    })
  } finally {
    await scorer.close()
  }
}

const taughtOn = / Taught on \d+ labelled clips\.$/

interface Part {
  readonly clips: readonly LabelledVideo[]
  readonly simulated: LabelledWindows
  readonly outDir: string
  /** Of a cross-validation. */
  readonly part: { readonly at: number; readonly of: number } | null
}

/** What of a run decides what is learned from clips. */
export type TeachingJob = Pick<SkeletonJob, 'skeleton' | 'set' | 'learning' | 'plans' | 'threads' | 'clock'> &
  Pick<SkeletonJob, 'signal' | 'pause' | 'onProgress' | 'run' | 'version' | 'champion' | 'backbone'>

/** Teaches on these clips alone, and writes what was learned as a bundle. @throws AppError TRAIN_LABEL, TRAIN_STOPPED */
export async function teach(job: TeachingJob, { clips, simulated, outDir, part }: Part): Promise<void> {
  const { skeleton, set, learning, plans, threads, clock, signal, pause, onProgress, run, version } = job
  const { base, from, none, quiet, shape } = skeleton
  const { labels } = from.settings
  const scorer = await createNetScorer(await readSkeletonNet(base), threads)
  const bodies = bodiesOf(job, clips)
  const { score } = scorer
  const known = base.bundle.labels.map(({ name }) => name)
  const prepare = async (): Promise<[TaughtSample[], LabelledWindows]> => [
    await taughtSamples(bodies, { labels, none, quiet, shape, score }),
    await rememberedWindows(simulated, { known, labels, score }),
  ]
  const [samples, remembered] = await prepare().finally(() => scorer.close())
  const unseen = set.labels.filter((label) => samples.every(({ clip }) => clip.label !== label))
  if (unseen.length > 0)
    throw new AppError(
      'TRAIN_LABEL',
      `${unseen.join(', ')}: in no clip of ${unseen.length === 1 ? 'this label' : 'these labels'} to learn from was anybody seen for long enough; label longer or clearer clips, or more of them`,
      { details: { labels: unseen } },
    )
  const { steps, batch, peakRate } = plans.finetune
  const { weights } = await teachSkeleton({
    from,
    samples,
    simulated: remembered,
    shape,
    plan: { steps: steps ?? defaultSteps, batch, peakRate },
    phase: part ? 'cross' : 'finetune',
    seed: learning.seed,
    threads,
    runDir: join(run.dir, part ? `cross-run-${part.at}` : 'finetune'),
    clock,
    ...(pause && { pause }),
    signal,
    onProgress: ({ done, total, etaS, ...rest }) =>
      onProgress(
        part
          ? {
              ...rest,
              done: part.at * total + done,
              total: part.of * total,
              etaS: etaS * (part.of - part.at),
            }
          : { ...rest, done, total, etaS },
      ),
  })
  await exportWindowBundle({
    kind: 'skeleton',
    model: createSkeletonNet(from.settings),
    weights,
    outDir,
    card: {
      name: learning.model,
      version,
      description: `${base.bundle.description.replace(taughtOn, '')} Taught on ${clips.length} labelled clips.`,
      labels: labels.map((name, n) => {
        const known = base.bundle.labels[n]
        return {
          name,
          threshold: known?.threshold ?? 0.5,
          background: known?.background === true || quiet.includes(name),
        }
      }),
      activation: 'softmax',
      sampleFps: shape.sampleFps,
      strideFrames: shape.strideFrames,
      license: base.bundle.license,
      parent: parentOf(job),
      dataset: set.id,
      metrics: {},
    },
  })
}

/** Where the plan names no number. */
export const defaultSteps = 100
/** How it is fine-tuned unless the plan says otherwise. */
export const skeletonFineTuning = { batch: 48, peakRate: 3e-3 }
