import type { LoadedBundle } from '../../../src/bundle/load-bundle.ts'
import type { LabelledVideo } from '../../../src/train/data/labelled-set.ts'
import type { Prediction } from '../../../src/train/evaluate/prediction.ts'
import { predictBundle } from '../../../src/train/export/predict-bundle.ts'
import { type LearnJob, openClips } from '../job.ts'
import { judgeWith, type SkeletonJob } from '../skeleton/teach-bodies.ts'

/** What a bundle said of footage, and how much footage of each group there was. */
export interface Looked {
  readonly predictions: Prediction[]
  readonly footageS: Readonly<Record<string, number>>
}

/** What a bundle says of footage as it serves: of keypoints, or of pictures. */
export async function lookAt(
  job: LearnJob,
  videos: readonly LabelledVideo[],
  loaded: LoadedBundle,
): Promise<Looked> {
  if (videos.length === 0) return { predictions: [], footageS: {} }
  if (loaded.bundle.kind === 'skeleton' && job.skeleton)
    return {
      predictions: await judgeWith(job as SkeletonJob, loaded.dir, videos),
      footageS: await secondsOf(job, videos),
    }
  const { learning, set, threads, signal } = job
  const { input, temporal } = loaded.bundle
  const source = await openClips(job, videos, { ...input, sampleFps: temporal.sampleFps })
  const { viewsPerItem } = learning
  try {
    const options = { loaded, source, labels: set.labels, viewsPerItem, threads, signal }
    return { predictions: await predictBundle(options), footageS: sumOf(source) }
  } finally {
    source.close()
  }
}

/** Seconds of footage of each group. */
export async function secondsOf(
  job: LearnJob,
  videos: readonly LabelledVideo[],
): Promise<Record<string, number>> {
  if (job.skeleton) {
    const seconds: Record<string, number> = {}
    for (const { id, group } of videos) {
      const { fromUs, toUs } = job.skeleton.bodies.get(id)!
      seconds[group] = (seconds[group] ?? 0) + Math.max(0, toUs - fromUs) / 1e6
    }
    return seconds
  }
  const source = await openClips(job, videos)
  const seconds = sumOf(source)
  source.close()
  return seconds
}

function sumOf(source: Awaited<ReturnType<typeof openClips>>): Record<string, number> {
  const seconds: Record<string, number> = {}
  for (const { group, frameCount } of source.items)
    seconds[group] = (seconds[group] ?? 0) + frameCount / source.sampleFps
  return seconds
}
