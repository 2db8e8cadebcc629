/**
 * How a body is held: angles in radians, 0 everywhere is upright with hanging limbs. L is the person's left, R the right.
 * Unlike the pose of drawn people it turns every joint about all its axes, and lies, sits and climbs.
 */
export interface BodyPose {
  /** The whole body tipped forward (negative: backward), to its left, and turned about its own long axis. */
  readonly pitch: number
  readonly roll: number
  readonly spin: number
  /** The trunk against the pelvis: forward, to the left, turned to the right. */
  readonly bend: number
  readonly side: number
  readonly twist: number
  /** The head: down, turned to the right. */
  readonly nod: number
  readonly turn: number
  /** Thighs: forward, outward, toes outward. Knees bend backward only. */
  readonly hipL: number
  readonly hipR: number
  readonly spreadL: number
  readonly spreadR: number
  readonly legTurnL: number
  readonly legTurnR: number
  readonly kneeL: number
  readonly kneeR: number
  /** Upper arms: forward and up, outward and up, turned so that the forearm goes outward. Elbows bend forward only. */
  readonly shoulderL: number
  readonly shoulderR: number
  readonly liftL: number
  readonly liftR: number
  readonly armTurnL: number
  readonly armTurnR: number
  readonly elbowL: number
  readonly elbowR: number
  /** Height of the lowest point over what carries the body, metres. */
  readonly riseM: number
}

export type PoseField = keyof BodyPose
export type PoseChange = Partial<BodyPose>

export const upright: BodyPose = {
  pitch: 0,
  roll: 0,
  spin: 0,
  bend: 0.04,
  side: 0,
  twist: 0,
  nod: 0.05,
  turn: 0,
  hipL: 0,
  hipR: 0,
  spreadL: 0.04,
  spreadR: 0.04,
  legTurnL: 0.1,
  legTurnR: 0.1,
  kneeL: 0.05,
  kneeR: 0.05,
  shoulderL: 0,
  shoulderR: 0,
  liftL: 0.14,
  liftR: 0.14,
  armTurnL: 0,
  armTurnR: 0,
  elbowL: 0.2,
  elbowR: 0.2,
  riseM: 0,
}

const fields = Object.keys(upright) as PoseField[]

export function pose(change: PoseChange, from: BodyPose = upright): BodyPose {
  return { ...from, ...change }
}

/** Between two poses; share 0 is the first. */
export function blend(a: BodyPose, b: BodyPose, share: number): BodyPose {
  const made: Record<string, number> = {}
  for (const field of fields) made[field] = a[field] + (b[field] - a[field]) * share
  return made as unknown as BodyPose
}

/** The same pose with angles added. */
export function plus(a: BodyPose, change: PoseChange): BodyPose {
  const made: Record<string, number> = { ...a }
  for (const [field, value] of Object.entries(change)) made[field] = a[field as PoseField] + value
  return made as unknown as BodyPose
}

/** Left and right exchanged. */
export function mirrored(a: BodyPose): BodyPose {
  const made: Record<string, number> = { ...a }
  for (const field of fields) {
    const other = field.replace(/[LR]$/, (side) => (side === 'L' ? 'R' : 'L')) as PoseField
    made[field] = a[other]
  }
  for (const field of ['roll', 'spin', 'side', 'twist', 'turn'] as const) made[field] = -a[field]
  return made as unknown as BodyPose
}
