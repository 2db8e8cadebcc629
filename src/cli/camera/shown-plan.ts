import type { ModelLookup } from '../../../pipelines/live/model-lookup.ts'
import type { CameraPlan } from '../../../pipelines/live/plan/plan-camera.ts'
import { behaviourRules } from '../../behaviour/behaviour-rules.ts'
import { redactUrl } from '../../config/redact.ts'
import type { CameraConfig } from '../../config/schema.ts'
import { frameStreamKey } from '../../core/frame.ts'

/** What of a changed configuration gives a camera another pipeline, and what a running one takes without losing a frame. */
export const effects = {
  restarts: [
    'a field of its entry: address, models, detector, zones, schedule, motion gate, its own recording or sampling',
    'names, labels and models of alert rules, and their fusion',
    'behaviour rules, zones, lines and schedules of all cameras',
    'what is recorded of all cameras, not how long it is kept',
  ],
  retunes: ['thresholds, durations and severities of alert rules', 'sampling of all cameras'],
  takesOver: ['another version of a model from the registry'],
} as const

export type ShownPlan = ReturnType<typeof shownPlan>

/**
 * A plan as it may be shown: what is decoded, what looks at it, and which rules stand behind.
 *
 * @param camera the camera without secrets
 */
export function shownPlan(plan: CameraPlan, camera: CameraConfig, models: ModelLookup) {
  const { watchers, fusions, rules, people, streams, hears, packets, recording, sampling, schedule } = plan
  const usersOf = (key: string) => [
    ...watchers
      .filter(({ stream }) => stream && frameStreamKey(stream) === key)
      .map(({ model }) => model.name),
    ...(people && frameStreamKey(people.detector.spec) === key ? [people.detector.name] : []),
    ...(people?.pose && frameStreamKey(people.pose.spec) === key ? [people.pose.modelName] : []),
  ]
  const found = people && behaviourRules(people.behaviours)
  const { armed = null, disarmed = null, timeZone } = schedule
  return {
    camera: plan.camera.id,
    url: redactUrl(camera.url),
    mainUrl: camera.mainUrl === undefined ? null : redactUrl(camera.mainUrl),
    streams: streams.map((spec) => ({ ...spec, for: usersOf(frameStreamKey(spec)) })),
    sound: hears,
    motion: plan.camera.motion,
    models: watchers.map(({ model, scope, stream }) => ({
      name: model.name,
      version: model.version,
      kind: model.kind,
      scope,
      stream: stream && frameStreamKey(stream),
      frames: model.frames,
      sampleFps: model.sampleFps,
      strideFrames: model.strideFrames,
      /** Between two answers, while there is motion. */
      everyMs: Math.round((1000 * model.strideFrames) / model.sampleFps),
      labels: models.bundle(model.name).labels.map(({ name }) => name),
    })),
    fusions: fusions.map(({ fusion, models: parts }) => ({ ...fusion, models: parts })),
    alertRules: rules,
    lacksDetector: plan.lacksDetector,
    detector: people && {
      name: people.detector.name,
      version: people.detector.version,
      stream: frameStreamKey(people.detector.spec),
      highScore: people.detector.highScore,
      findsKeypoints: people.detector.leastKeypointScore !== undefined,
    },
    pose: people?.pose
      ? {
          model: people.pose.modelName,
          stream: frameStreamKey(people.pose.spec),
          mostPeople: people.pose.mostPeople,
        }
      : null,
    behaviours: found?.rules ?? [],
    zones: found?.zones.map(({ name }) => name) ?? [],
    lines: found?.lines.map(({ name }) => name) ?? [],
    recording: { ...recording, from: packets.main ? 'mainUrl' : packets.analysed ? 'url' : null },
    sampling,
    schedule: { armed, disarmed, timeZone },
  }
}
