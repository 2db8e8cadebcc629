/** What a simulated person does. `standing` and `rising` are life, not events. */
export type Action =
  | 'standing'
  | 'walking'
  | 'running'
  | 'falling'
  | 'lying'
  | 'rising'
  | 'fighting'
  | 'waving'
  | 'loitering'

/** What is labelled, in the order of the columns of a model. A scene without any of them is `empty`. */
export const sceneLabels = [
  'walking',
  'running',
  'falling',
  'lying',
  'fighting',
  'waving',
  'loitering',
] as const
export type SceneLabel = (typeof sceneLabels)[number]

export type StyleSet = 'train' | 'holdout'

/** Position on the ground in metres: x to the right of the camera, z away from it. */
export interface GroundPoint {
  readonly xM: number
  readonly zM: number
}

/** One stretch of a person's time. */
export interface Segment {
  readonly action: Action
  readonly startS: number
  readonly endS: number
  readonly from: GroundPoint
  readonly to: GroundPoint
  /** Where the person faces, radians; 0 is away from the camera, π/2 to the right. */
  readonly headingRad: number
  /** Seed of this stretch's own variation (gait phase, which arm, how one falls). */
  readonly seed: number
}

export interface Body {
  readonly heightM: number
  /** Width of limbs and trunk against the average. */
  readonly build: number
  readonly skin: Colour
  readonly top: Colour
  readonly trousers: Colour
  readonly hair: Colour
  readonly long: 'none' | 'coat' | 'skirt'
  readonly carries: 'none' | 'backpack' | 'bag'
}

/** Red, green, blue, 0–255. */
export type Colour = readonly [number, number, number]

export interface PersonScript {
  readonly id: string
  readonly body: Body
  readonly segments: readonly Segment[]
}

export interface CameraScript {
  readonly heightM: number
  /** Downwards, radians. */
  readonly pitchRad: number
  readonly rollRad: number
  /** Horizontal field of view, radians. */
  readonly fieldRad: number
  /** Largest shake in parts of the picture's width; 0 for a firm mount. */
  readonly shake: number
}

export type BackgroundFamily = 'room' | 'street' | 'parking' | 'lawn' | 'hall'

export interface SceneScript {
  readonly version: 1
  readonly seed: number
  readonly durationS: number
  readonly styleSet: StyleSet
  readonly camera: CameraScript
  readonly background: BackgroundFamily
  readonly light: 'day' | 'dusk' | 'night' | 'flicker' | 'drift'
  /** Standard deviation of the sensor's noise, of 255. */
  readonly noise: number
  readonly clutter: readonly ('tree' | 'car' | 'rain' | 'light-switch' | 'screen')[]
  readonly people: readonly PersonScript[]
}
