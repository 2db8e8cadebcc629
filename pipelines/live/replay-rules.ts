import type { spawn as nodeSpawn } from 'node:child_process'
import type { BehaviourOptions } from '../../src/behaviour/behaviours.ts'
import { createClipCutter } from '../../src/clip/clip-cutter.ts'
import { createPersonTubes } from '../../src/clip/person-tubes.ts'
import type { AlertStep } from '../../src/core/alert.ts'
import type { Clip } from '../../src/core/clip.ts'
import { frameStreamKey } from '../../src/core/frame.ts'
import type { Telemetry } from '../../src/core/telemetry-port.ts'
import type { InferenceEngine } from '../../src/infer/inference-engine.ts'
import { createMotionGate, type MotionGateSettings } from '../../src/motion/motion-gate.ts'
import { createSkeletonCutter } from '../../src/skeleton/skeleton-cutter.ts'
import { watchedStream } from './live.ts'
import { mergeByTime } from './merge-by-time.ts'
import { createDetect } from './people/detect-frames.ts'
import { createFindPoses, type PoseAnswers } from './people/find-poses.ts'
import { createSceneWatch, type Looked } from './people/scene-watch.ts'
import { poseStaleUs } from './plan/choose-pose.ts'
import type { DetectorPlan, PosePlan } from './plan/plans.ts'

export interface ReplayOptions {
  readonly video: string
  readonly behaviours: BehaviourOptions
  readonly plan: DetectorPlan
  /** Null: no rule asks for a posture. */
  readonly pose: PosePlan | null
  readonly motion: MotionGateSettings
  readonly engine: Pick<InferenceEngine, 'bundle' | 'contract' | 'infer'>
  /** Models whose scores the rules may ask for. */
  readonly models: readonly { readonly name: string; readonly scope: 'scene' | 'person' }[]
  readonly configHash: string
  /** Wall clock of the first frame. */
  readonly startMs: number
  readonly spawn: typeof nodeSpawn
  readonly telemetry: Telemetry
  /** Every moment of the tracker. */
  readonly onLook?: (looked: Looked) => void
}

/**
 * A video file through the same detector, tracker, clips and rules as a live camera, as fast as they can. Nothing is
 * dropped and time is the video's own, so that the same file, models and rules give the same steps.
 */
export async function* replayRules(options: ReplayOptions): AsyncGenerator<AlertStep> {
  const { plan, behaviours, motion, configHash, telemetry, onLook } = options
  const engine = { ...options.engine, strideScale: () => 1 }
  const watch = createSceneWatch({
    behaviours,
    detector: plan,
    configHash,
    idPrefix: '',
    telemetry,
    ...(options.pose && { poseStaleUs: poseStaleUs(options.pose) }),
  })
  const poses = options.pose && {
    ...createFindPoses({ plan: options.pose, engine, telemetry }),
    spec: options.pose.spec,
  }
  const detect = createDetect({ plan, engine })
  const parts = (name: string) => ({ model: engine.contract(name), strideScale: () => 1, telemetry })
  const { cameraId } = behaviours
  const bodies = options.models
    .filter(({ name }) => engine.contract(name).kind === 'skeleton')
    .map(({ name }) => createSkeletonCutter({ ...parts(name), cameraId }))
  const seeing = options.models.filter(({ name }) => engine.contract(name).kind !== 'skeleton')
  const cutters = seeing.map(({ name, scope }) => {
    const own = parts(name)
    const spec = watchedStream(own.model, scope)
    return scope === 'person'
      ? { spec, cutter: null, tubes: createPersonTubes(own) }
      : { spec, cutter: createClipCutter(own), tubes: null }
  })
  const gates = new Map<string, ReturnType<typeof createMotionGate>>()
  const specs = new Map(
    [...cutters, ...(poses ? [poses] : []), plan].map(({ spec }) => [frameStreamKey(spec), spec]),
  )
  const { ignore } = plan
  for (const [key, { fit }] of specs)
    gates.set(key, createMotionGate({ ...motion, ...(ignore && { ignore }), ...(fit && { fit }) }))
  const score = async (clips: readonly Clip[]) => {
    for (const clip of clips) {
      const scores = await engine.infer(clip)
      if (scores) watch.scores(scores, clip.bodies !== undefined)
    }
  }
  const pose = async (answers: PoseAnswers = []) => {
    for (const answer of answers) {
      const reading = await answer
      if (reading) watch.pose(reading)
    }
  }
  const streams = [...specs.values()]
  let lastMonoMs = 0
  for await (const { spec, frame } of mergeByTime(streams, { ...options, cameraId })) {
    const key = frameStreamKey(spec)
    const gated = gates.get(key)!(frame)
    lastMonoMs = frame.arrivalMonoMs
    for (const { spec: wanted, cutter, tubes } of cutters)
      if (frameStreamKey(wanted) === key) await score(cutter?.take(gated) ?? tubes?.frame(gated) ?? [])
    if (poses && frameStreamKey(poses.spec) === key) await pose(poses.frame(gated))
    if (frameStreamKey(plan.spec) !== key) continue
    const detected = await detect(gated)
    if (!detected) continue
    const looked = watch.look(detected.moment, detected.area, detected.detections)
    for (const { tubes } of cutters) await score(tubes?.tracks(looked.update) ?? [])
    for (const cutter of bodies) await score(cutter.take(looked.update))
    await pose(poses?.tracks(looked.update))
    onLook?.(looked)
    yield* looked.steps
  }
  yield* watch.close(lastMonoMs)
}
