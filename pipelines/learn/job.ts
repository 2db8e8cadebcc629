import { join } from 'node:path'
import type { LoadedBundle } from '../../src/bundle/load-bundle.ts'
import type { LearningConfig } from '../../src/config/schema/learning-schema.ts'
import type { Config } from '../../src/config/schema.ts'
import type { Clock } from '../../src/core/clock.ts'
import { learningDir } from '../../src/core/data-dir.ts'
import type { ModelRegistry } from '../../src/registry/model-registry.ts'
import { type CachedVideo, openClipCache } from '../../src/train/data/clip-cache.ts'
import type { ClipSource } from '../../src/train/data/clip-source.ts'
import type { LabelledSet, LabelledVideo } from '../../src/train/data/labelled-set.ts'
import type { Correction } from '../../src/train/evaluate/corrected-clips.ts'
import type { GateRules } from '../../src/train/evaluate/gate-rules.ts'
import type { TrainingProgress } from '../../src/train/evaluate/prediction.ts'
import type { Leak, Split } from '../../src/train/evaluate/split-by-group.ts'
import type { Network } from '../../src/train/models/presets.ts'
import type { ClipShape } from '../../src/train/models/video-model.ts'
import type { FineTunePlan } from '../../src/train/run/fine-tune-plan.ts'
import type { ParsedPretrainPlan } from '../../src/train/run/pretrain-plan.ts'
import type { RunFolder } from '../../src/train/run/run-folder.ts'
import { createPeopleLifter } from '../look/lift-people.ts'
import { defaultFps } from './prepare/choose-network.ts'
import type { SkeletonTeaching } from './skeleton/skeleton-teaching.ts'

/** What a run of learning is asked. */
export interface LearnOptions {
  readonly learning: LearningConfig
  readonly dataDir: string
  readonly registry: ModelRegistry
  /** Version of this Vireo and the command that repeats the run, for the lineage. */
  readonly code: string
  readonly command: string
  readonly threads: number
  readonly clock: Clock
  readonly onProgress: (progress: TrainingProgress) => void
  /** Told what the operator should know though the run goes on. */
  readonly onNotice?: (text: string) => void
  readonly signal: AbortSignal
  /** Told of the run as soon as it has a folder. */
  readonly onRun?: (run: string) => void
  /** Awaited before each step of training; see createYielding. */
  readonly pause?: () => Promise<void>
  /** The models of the configuration: what finds people in footage, and the skeleton model that is taught first. */
  readonly site?: readonly Pick<Config['models'][number], 'name' | 'path' | 'registry'>[]
  /** This run only compares ways to learn: nothing is registered. */
  readonly compared?: boolean
  /** What a comparison chose, and why; for the report. */
  readonly choice?: { readonly why: string }
  /** What a comparison has judged by cross-validation: a file. */
  readonly crossed?: string
}

/** Everything that the steps of a run are given. */
export interface LearnJob extends Omit<LearnOptions, 'registry'> {
  /** Null where steps are done by hand and nothing is compared. */
  readonly registry: ModelRegistry | null
  readonly run: RunFolder
  readonly set: LabelledSet
  readonly split: Split<LabelledVideo>
  readonly leaks: readonly Leak[]
  readonly footage: readonly CachedVideo[]
  /** The network that is taught, unless there is a backbone. */
  readonly preset: Network
  /** The bundle whose graph is taught instead. */
  readonly backbone: LoadedBundle | null
  /** Present where a model of skeletons is taught instead of one of pictures. */
  readonly skeleton?: SkeletonTeaching
  readonly plans: {
    readonly pretrain: ParsedPretrainPlan
    readonly finetune: FineTunePlan
    readonly gate: GateRules
  }
  /** The version that it must beat, as it was when the run began; null for the first. */
  readonly champion: string | null
  /** Dataset versions that it learns from, such as site@3. */
  readonly datasets: readonly string[]
  /** What people corrected since the champion learned. */
  readonly corrections: readonly Correction[]
  /** The version that it will be. */
  readonly version: string
}

type Run = Pick<LearnJob, 'run'>

/** What was pretrained in a run. */
export const pretrainedDir = ({ run }: Run) => join(run.dir, 'pretrained')
/** What was fine-tuned in it: a trained model, or of an imported graph a bundle. */
export const trainedDir = ({ run }: Run) => join(run.dir, 'trained')
/** The bundle that would serve. */
export const servedDir = ({ run }: Run) => join(run.dir, 'served')
/** Footage that was decoded for learning. */
export const cacheDirOf = (dataDir: string) => join(learningDir(dataDir), 'cache')

/** Decodes footage once, to the size of the model or another one; labelled footage around its people where that is asked. */
export async function openClips(
  job: LearnJob,
  videos: readonly CachedVideo[],
  size: { widthPx: number; heightPx: number; sampleFps: number } = sizeOf(job),
): Promise<ClipSource> {
  const { clock, onProgress, signal, dataDir, learning } = job
  const startedMs = clock.monoMs()
  const lifts = learning.people !== undefined && videos.some(({ label }) => label !== null)
  const lifter = lifts ? await createPeopleLifter(learning.people!) : null
  try {
    return await openClipCache({
      cacheDir: cacheDirOf(dataDir),
      videos,
      ...size,
      signal,
      clock,
      ...(lifter && { decoder: lifter }),
      onProgress({ done, total }) {
        const etaS = ((clock.monoMs() - startedMs) / 1000 / done) * (total - done)
        onProgress({ phase: 'load', done, total, loss: null, etaS })
      },
    })
  } finally {
    await lifter?.close()
  }
}

type Taught = Pick<LearnJob, 'preset' | 'learning' | 'backbone'>

/** The clips that are learned from. */
export function clipOf({ preset, backbone }: Pick<Taught, 'preset' | 'backbone'>): ClipShape {
  if (!backbone) return preset.clip
  const { input, temporal } = backbone.bundle
  return { frames: temporal.frames, heightPx: input.heightPx, widthPx: input.widthPx }
}

export function sizeOf(job: Taught): { widthPx: number; heightPx: number; sampleFps: number } {
  const { widthPx, heightPx } = clipOf(job)
  const { backbone, learning } = job
  return {
    widthPx,
    heightPx,
    sampleFps: backbone?.bundle.temporal.sampleFps ?? learning.sampleFps ?? defaultFps,
  }
}
