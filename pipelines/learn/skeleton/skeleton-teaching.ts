import type { LoadedBundle } from '../../../src/bundle/load-bundle.ts'
import type { TaughtSkeletonNet } from '../../../src/train/export/read-skeleton-net.ts'
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
