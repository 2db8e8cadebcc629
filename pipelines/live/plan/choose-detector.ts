import type { BehaviourFacts } from '../../../src/behaviour/behaviour-rules.ts'
import { findsKeypoints } from '../../../src/bundle/decode-schema.ts'
import { AppError } from '../../../src/core/errors.ts'
import { presentFields } from '../../../src/core/present-fields.ts'
import { blobLabel } from '../../../src/detect/motion-blobs.ts'
import { layTiles, parseTileGrid } from '../../../src/detect/tile-grid.ts'
import type { BundleLookup, CameraFacts } from './camera-facts.ts'
import { poseModelOf } from './choose-pose.ts'
import type { DetectorPlan } from './plans.ts'
import { skeletonModels } from './watched-bodies.ts'

/** Frames of the motion detector: small, because it looks at blocks. */
const motionSize = { widthPx: 320, heightPx: 180 }
const motionFps = 5

/** The detector without a model. */
export function motionPlan(detectFps = motionFps): DetectorPlan {
  return {
    modelName: null,
    name: 'motion',
    version: '1',
    highScore: 0.5,
    spec: { ...motionSize, sampleFps: detectFps },
  }
}

/** The plan for a detector's bundle. @throws AppError CONFIG_INVALID when the model is none. */
export function modelPlan(
  name: string,
  models: BundleLookup,
  {
    detectFps,
    detectTiles,
    path,
  }: {
    detectFps?: number
    detectTiles?: string
    path?: readonly (string | number)[]
  } = {},
): DetectorPlan {
  const { kind, decode, input, temporal, labels, version } = models.bundle(name)
  if (kind !== 'detector' || !decode)
    throw new AppError('CONFIG_INVALID', `detector "${name}" is a model of kind ${kind}, not a detector`, {
      details: path ? { path } : {},
    })
  const wanted = labels.filter(({ background }) => !background)
  const { widthPx, heightPx } = input
  const tiles = parseTileGrid(detectTiles)
  const size = tiles ? layTiles(tiles, { widthPx, heightPx }) : input
  return {
    modelName: name,
    name,
    version,
    highScore: Math.min(...wanted.map(({ threshold }) => threshold), 1),
    ...(findsKeypoints(decode) && { leastKeypointScore: decode.leastKeypointScore }),
    spec: {
      widthPx: size.widthPx,
      heightPx: size.heightPx,
      sampleFps: detectFps ?? temporal.sampleFps,
      fit: decode.fit,
    },
    ...(tiles && { tiles }),
  }
}

/**
 * The detector of a camera: the one that it names, or the first among its models, or motion; null for none. Where a
 * model looks at bodies, one that finds keypoints goes before others.
 */
export function chooseDetector(facts: CameraFacts): DetectorPlan | null {
  const { ignore } = facts.camera
  const chosen = chooseOne(facts)
  return chosen && ignore ? { ...chosen, ignore } : chosen
}

function chooseOne(facts: CameraFacts): DetectorPlan | null {
  const { camera, at } = facts
  const { detector, detectFps, detectTiles } = camera
  if (detector === 'none') return null
  const byMotion = () => {
    if (parseTileGrid(detectTiles) === null) return motionPlan(detectFps)
    throw new AppError(
      'CONFIG_INVALID',
      `detectTiles ${detectTiles}: tiles are for a detector model, and this camera detects by motion; name a detector, or leave it out`,
      { details: { path: ['cameras', at, 'detectTiles'] } },
    )
  }
  if (detector === 'motion') return byMotion()
  const found = detector ?? firstDetector(facts)
  return found === undefined
    ? byMotion()
    : modelPlan(found, facts, {
        ...presentFields({ detectFps, detectTiles }),
        path: ['cameras', at, 'detector'],
      })
}

function firstDetector(facts: CameraFacts): string | undefined {
  const detectors = facts.models.filter(({ watches, bundle }) => watches && bundle.kind === 'detector')
  const bodies = skeletonModels(facts).length > 0
  const best = (bodies && detectors.find(({ bundle }) => findsKeypoints(bundle.decode))) || detectors[0]
  return best?.name
}

/**
 * What the behaviours of a camera are made from, with the labels that detectors and models have. A label of the
 * background never alerts by itself; rules may ask for it.
 */
export function behaviourFacts(
  facts: CameraFacts,
  detector: Pick<DetectorPlan, 'leastKeypointScore'>,
): BehaviourFacts {
  const bundles = facts.models.map(({ bundle }) => bundle)
  const namesOf = (labels: readonly { readonly name: string }[]) => labels.map(({ name }) => name)
  const objects = bundles
    .filter(({ kind }) => kind === 'detector')
    .flatMap(({ labels }) => namesOf(labels.filter(({ background }) => !background)))
  const actions = bundles
    .filter(({ kind }) => kind !== 'detector' && kind !== 'pose')
    .flatMap(({ labels }) => namesOf(labels))
  return {
    ...facts.behaviours,
    labels: [...new Set([blobLabel, ...objects])],
    ...(actions.length > 0 && { actions }),
    poses: detector.leastKeypointScore !== undefined || poseModelOf(facts) !== null,
  }
}

/** Whether tracks are needed on a camera: for a rule, to cut clips around people, or to look at their bodies. */
export function needsTracks(facts: CameraFacts): boolean {
  return (
    facts.own.rules.some(({ enabled }) => enabled) ||
    skeletonModels(facts).length > 0 ||
    facts.models.some(({ scope, watches }) => scope === 'person' && watches)
  )
}
