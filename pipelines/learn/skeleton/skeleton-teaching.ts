import type { LoadedBundle } from '../../../src/bundle/load-bundle.ts'
import { readSkeletonNet, type TaughtSkeletonNet } from '../../../src/train/export/read-skeleton-net.ts'
import { growLabels } from '../../../src/train/models/grow-labels.ts'
import type { LabelledBodies, WindowShape } from './labelled-bodies.ts'

/** What a run of learning has beside its footage when a model of skeletons is taught. */
export interface SkeletonTeaching {
  /** The live version, where it begins. */
  readonly base: LoadedBundle
  /** Its network, with columns for new labels. */
  readonly from: TaughtSkeletonNet
  /** The label of clips that show nothing of it; null: there are none, or the model has a column for it. */
  readonly none: string | null
  /** Labels of model and footage that never alert. */
  readonly quiet: readonly string[]
  readonly shape: WindowShape
  /** Clips by their id, as the model sees them. */
  readonly bodies: ReadonlyMap<string, LabelledBodies>
}

/** The window of a model of skeletons. */
export function shapeOf({ bundle }: LoadedBundle): WindowShape {
  const { frames, sampleFps, strideFrames } = bundle.temporal
  return { frames, sampleFps, strideFrames }
}

/** What is taught, for footage with these labels. @throws AppError TRAIN_PLAN for a graph that Vireo did not make */
export async function teachingOf(options: {
  base: LoadedBundle
  labels: readonly string[]
  none: string | null
  background: readonly string[]
  bodies: ReadonlyMap<string, LabelledBodies>
}): Promise<SkeletonTeaching> {
  const { base, labels, none, background, bodies } = options
  const known = base.bundle.labels.map(({ name }) => name)
  const calm = base.bundle.labels.flatMap((label) => (label.background ? [label.name] : []))
  const added = labels.filter((label) => label !== none && !known.includes(label))
  return {
    base,
    from: growLabels(await readSkeletonNet(base), added),
    none,
    quiet: [...new Set([...calm, ...background, ...(none === null ? [] : [none])])],
    shape: shapeOf(base),
    bodies,
  }
}
