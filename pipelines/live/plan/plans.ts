import type { CameraConfig } from '../../../src/config/schema.ts'
import type { FrameStreamSpec } from '../../../src/core/frame.ts'
import type { TileGrid } from '../../../src/detect/tile-grid.ts'
import type { DetectorFacts } from '../people/scene-watch.ts'

/** What finds people and objects on a camera. */
export interface DetectorPlan extends DetectorFacts {
  /** Null: the motion detector. */
  readonly modelName: string | null
  /** With tiles: all of the picture that is cut into them. */
  readonly spec: FrameStreamSpec
  /** Absent: the picture is looked at as a whole. */
  readonly tiles?: TileGrid
  /** Nobody who stands there is followed. Absent: all of the picture counts. */
  readonly ignore?: NonNullable<CameraConfig['ignore']>
}

/** What finds the keypoints of people on a camera. */
export interface PosePlan {
  readonly modelName: string
  readonly spec: FrameStreamSpec
  readonly mostPeople: number
  /** Share of a box's longer side that is left on every side of it. */
  readonly margin: number
}

/** What people are cut from: larger than what most models want, so that a person far away has pixels. */
export function personStream(sampleFps: number): FrameStreamSpec {
  return { widthPx: 640, heightPx: 360, sampleFps }
}
