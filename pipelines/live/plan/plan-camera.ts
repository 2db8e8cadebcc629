import { type AlertRule, resolveRules } from '../../../src/alert/alert-rule.ts'
import { fusionName } from '../../../src/alert/score-fusion.ts'
import { type BehaviourFacts, behaviourRules } from '../../../src/behaviour/behaviour-rules.ts'
import { modelContract } from '../../../src/bundle/model-contract.ts'
import { canonicalJson, configHash } from '../../../src/config/config-hash.ts'
import { capturedAs, type RecordingConfig, recordingOf } from '../../../src/config/schema/recording-schema.ts'
import { type SamplingConfig, samplingOf } from '../../../src/config/schema/sampling-schema.ts'
import type { CameraConfig, Config } from '../../../src/config/schema.ts'
import { type ModelContract, seesPictures } from '../../../src/core/bundle.ts'
import { AppError } from '../../../src/core/errors.ts'
import { type FrameStreamSpec, frameStreamKey } from '../../../src/core/frame.ts'
import { watchedStream } from '../live.ts'
import { type BundleLookup, type CameraFacts, cameraFacts, type KnownModel } from './camera-facts.ts'
import { behaviourFacts, chooseDetector, needsTracks } from './choose-detector.ts'
import { choosePose } from './choose-pose.ts'
import { type FusedLabel, fusedLabels, fusedModel } from './fused-labels.ts'
import type { DetectorPlan, PosePlan } from './plans.ts'
import { refuseWithoutBodies } from './watched-bodies.ts'

/** A model that watches a camera. */
export interface WatcherPlan {
  readonly model: ModelContract
  readonly scope: 'scene' | 'person'
  /** The frames that it is fed with; null for a model of sound or of bodies. */
  readonly stream: FrameStreamSpec | null
  /** The rules about its own scores. */
  readonly rules: readonly AlertRule[]
}

export interface FusionPlan extends FusedLabel {
  readonly rules: readonly AlertRule[]
}

/** What finds and follows people on a camera, and the rules about them. */
export interface PeoplePlan {
  readonly detector: DetectorPlan
  /** Null: no rule asks how they hold themselves, or the detector tells it. */
  readonly pose: PosePlan | null
  readonly behaviours: BehaviourFacts
}

/** Everything that the pipeline of one camera is made of, decided once: plain data, so that it can be compared and shown. */
export interface CameraPlan {
  readonly camera: CameraConfig
  /** Of the whole configuration; it goes into every alert. */
  readonly configHash: string
  readonly watchers: readonly WatcherPlan[]
  readonly fusions: readonly FusionPlan[]
  readonly rules: readonly AlertRule[]
  /** Null: nobody is detected or followed. */
  readonly people: PeoplePlan | null
  /** It has rules about tracks, and nothing that finds any. */
  readonly lacksDetector: boolean
  /** Frame streams that are decoded, each once. */
  readonly streams: readonly FrameStreamSpec[]
  /** Whether its sound is decoded. */
  readonly hears: boolean
  /** Whose packets are wanted: of the stream that is analysed, and of the larger one beside it. */
  readonly packets: { readonly analysed: boolean; readonly main: boolean }
  readonly recording: RecordingConfig
  readonly sampling: SamplingConfig
  /** When alerts are wanted. */
  readonly schedule: Pick<BehaviourFacts, 'armed' | 'disarmed' | 'timeZone'>
  /** What needs another pipeline when it changes, and what a running one takes; as text, to be compared. */
  readonly basis: { readonly restart: string; readonly retune: string }
}

/**
 * Decides what a camera's pipeline is made of.
 *
 * @throws AppError CONFIG_INVALID when a rule of labels or behaviours is wrong, or a model does not fit its place.
 */
export function planCamera(camera: CameraConfig, config: Config, models: BundleLookup): CameraPlan {
  return cameraPlanner(config, models)(camera)
}

/** The same for one camera after the other: what is of the whole configuration is worked out once. */
export function cameraPlanner(config: Config, models: BundleLookup): (camera: CameraConfig) => CameraPlan {
  const planOf = (camera: CameraConfig) => planOwn(camera, config, models)
  const hash = configHash(config)
  return (camera) => ({ ...planOf(camera), configHash: hash })
}

function planOwn(camera: CameraConfig, config: Config, models: BundleLookup): Omit<CameraPlan, 'configHash'> {
  const facts = cameraFacts(camera, config, models)
  const { watching, fused, rules } = watchingOf(facts, config.alerts)
  const watchers = watching.map(({ name, scope, bundle }): WatcherPlan => {
    // Under the name of the configuration: several of its models may be of one bundle.
    const model = { ...modelContract(bundle), name }
    const stream = seesPictures(model) ? watchedStream(model, scope) : null
    return { model, scope, stream, rules: rulesOfModel(rules, name, fused) }
  })
  const people = peopleOf(facts)
  const wanted = watchers.flatMap(({ stream }) => (stream ? [stream] : []))
  if (people) wanted.push(people.detector.spec)
  if (people?.pose) wanted.push(people.pose.spec)
  const streams = [...new Map(wanted.map((spec) => [frameStreamKey(spec), spec])).values()]
  const recording = recordingOf(config.recording, camera)
  const recorded = recording.clips || recording.continuous
  const { armed, disarmed, timeZone } = facts.behaviours
  // What it is shown under is nothing that its pipeline knows.
  const { groups: _shown, ...piped } = camera
  const sampling = samplingOf(config.sampling, camera)
  return {
    camera,
    watchers,
    rules,
    people,
    streams,
    recording,
    sampling,
    lacksDetector: people === null && needsTracks(facts),
    fusions: fused.map((label) => ({ ...label, rules: rulesOfFusion(rules, label) })),
    hears: camera.sound !== false && watchers.some(({ model }) => model.kind === 'audio'),
    packets: {
      // Without a model the packets alone tell whether the camera is there.
      analysed: streams.length === 0 || (recorded && camera.mainUrl === undefined),
      main: recorded && camera.mainUrl !== undefined,
    },
    schedule: { timeZone, ...(armed && { armed }), ...(disarmed && { disarmed }) },
    basis: {
      restart: canonicalJson([
        ...[piped, capturedAs(recording), facts.own, fused],
        // Another version of a model takes over by itself.
        watchers.map(({ model, scope }) => [{ ...model, version: null }, scope]),
        rules.map(({ name, label, modelName }) => [name, label, modelName]),
        people && [{ ...people.detector, version: null }, people.pose],
      ]),
      retune: canonicalJson([rules, sampling]),
    },
  }
}

/** The models that score a camera, the labels that several of them know, and the rules about their scores. */
function watchingOf({ camera, models }: CameraFacts, alerts: Config['alerts']) {
  const scoring = models
    .filter(({ bundle }) => !['detector', 'pose'].includes(bundle.kind))
    .map((model) => ({ ...model, ...lookOf(model), labels: model.bundle.labels }))
  const watching = scoring.filter(({ watches }) => watches)
  const odd = watching.find(({ oddScope }) => oddScope !== null)
  if (odd)
    throw new AppError(
      'CONFIG_INVALID',
      `models "${odd.name}": scope ${odd.oddScope} has no meaning for a model of kind ${odd.bundle.kind}`,
      { details: { path: ['models', models.findIndex(({ name }) => name === odd.name), 'scope'] } },
    )
  const fused = fusedLabels(alerts.fusion, watching)
  const scored = [...watching, ...fusedModel(fused, watching)]
  const rules = resolveRules({
    alerts,
    cameraId: camera.id,
    models: scored,
    allModels: scoring,
    fused: fused.map(({ fusion }) => fusion.label),
  })
  return { watching, fused, rules }
}

/** Whether a model looks at the whole picture or at each person, and a scope that it cannot have. */
function lookOf({ scope, bundle: { kind } }: KnownModel) {
  const only = kind === 'audio' ? 'scene' : kind === 'skeleton' ? 'person' : null
  const oddScope = only !== null && scope !== undefined && scope !== only ? scope : null
  return { scope: only ?? scope ?? ('scene' as const), oddScope }
}

function peopleOf(facts: CameraFacts): PeoplePlan | null {
  const detector = needsTracks(facts) ? chooseDetector(facts) : null
  const pose = detector && choosePose(facts, detector)
  refuseWithoutBodies(facts, { detector, pose })
  if (!detector) return null
  const behaviours = behaviourFacts(facts, detector)
  // Refused here, before anything is attached.
  behaviourRules(behaviours)
  return { detector, pose, behaviours }
}

/** The rules about one model's own scores: for a fused label only those that name the model. */
export function rulesOfModel(
  rules: readonly AlertRule[],
  model: string,
  fused: readonly FusedLabel[],
): AlertRule[] {
  const taken = fused.filter(({ models }) => models.includes(model)).map(({ fusion }) => fusion.label)
  return rules.filter(
    ({ modelName, label }) => modelName === model || (modelName === null && !taken.includes(label)),
  )
}

function rulesOfFusion(rules: readonly AlertRule[], { fusion }: FusedLabel): AlertRule[] {
  return rules.filter(
    ({ modelName, label }) => label === fusion.label && (modelName === null || modelName === fusionName),
  )
}
