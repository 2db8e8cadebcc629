import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { canonicalJson } from '../../src/config/config-hash.ts'
import { parseConfig, plainValue, readConfigText } from '../../src/config/load.ts'
import { loadConfigToRead } from '../../src/config/load-to-read.ts'
import { readYaml } from '../../src/config/read-yaml.ts'
import { defaultPeople } from '../../src/config/schema/pose-schema.ts'
import type { CameraConfig, Config } from '../../src/config/schema.ts'
import type { AlertStep } from '../../src/core/alert.ts'
import { systemClock } from '../../src/core/clock.ts'
import { cacheDir } from '../../src/core/data-dir.ts'
import { AppError } from '../../src/core/errors.ts'
import { presentFields } from '../../src/core/present-fields.ts'
import { noTelemetry } from '../../src/core/telemetry-port.ts'
import { createInferenceEngine } from '../../src/infer/inference-engine.ts'
import { registryOf, resolveModels } from '../live/follow-registry.ts'
import { type CameraFacts, cameraFacts } from '../live/plan/camera-facts.ts'
import { behaviourFacts, chooseDetector, modelPlan, motionPlan } from '../live/plan/choose-detector.ts'
import { choosePose } from '../live/plan/choose-pose.ts'
import type { DetectorPlan, PosePlan } from '../live/plan/plans.ts'
import { refuseWithoutBodies } from '../live/plan/watched-bodies.ts'
import { replayRules } from '../live/replay-rules.ts'

export interface RulesTestOptions {
  readonly video: string
  /** Bundles beside those of the file. */
  readonly detector?: string
  readonly pose?: string
  readonly models: readonly { readonly path: string; readonly scope?: 'person' | 'scene' }[]
  readonly detectFps?: number
  /** As of a camera. */
  readonly detectTiles?: string
  /** Whose rules, in a whole configuration; its first camera when left out. */
  readonly camera?: string
  /** Wall clock of the first frame. */
  readonly startMs: number
}

const cameraId = 'video'
const detectorName = 'detector'
const poseName = 'given-pose'

/**
 * Replays `options.video` through the rules of a file: a whole configuration, or only what stands under `behaviours`
 * in one (zones, lines, rules).
 *
 * @throws AppError CONFIG_NOT_FOUND, CONFIG_INVALID, API_BAD_REQUEST and what models and ffmpeg throw.
 */
export async function testRules(
  file: string,
  options: RulesTestOptions,
  onStep: (step: AlertStep) => void,
): Promise<{ video: string; detector: string }> {
  const { startMs, detectFps, detectTiles } = options
  const config = configOf(file, options)
  const camera = cameraOf(config, file, options)
  const registry = registryOf(config, systemClock)
  const models = resolveModels(config, registry)
  await registry?.close()
  const engine = await createInferenceEngine({
    // One clip at a time and nothing left out: what comes out depends on the video alone.
    models: models.map((model) => ({ ...model, workers: 1, maxBatch: 1, deadlineMs: 0 })),
    clock: systemClock,
    telemetry: noTelemetry,
    cacheDir: cacheDir(config.dataDir),
  })
  try {
    const facts = cameraFacts(camera, config, engine)
    const plan = planOf(facts, { detectFps, detectTiles, named: options.detector !== undefined })
    const scorers = config.models
      // Sound is not read from the video.
      .filter(({ name }) => ['clip', 'stream', 'skeleton'].includes(engine.bundle(name).kind))
      .filter(({ name }) => camera.models?.includes(name) ?? true)
      .map(({ name, scope = 'scene' as const }) => ({ name, scope }))
    const pose = choosePose(facts, plan)
    refuseWithoutBodies(facts, { detector: plan, pose })
    const steps = replayRules({
      video: options.video,
      behaviours: behaviourFacts(facts, plan),
      plan,
      pose,
      motion: camera.motion,
      engine,
      models: scorers,
      configHash: hashOf(config, plan, pose),
      startMs,
      spawn,
      telemetry: noTelemetry,
    })
    for await (const step of steps) onStep(step)
    return {
      video: options.video,
      detector: plan.name === 'motion' ? 'motion (no model: the weaker one)' : plan.name,
    }
  } finally {
    await engine.close()
  }
}

/** A configuration of one camera around rules that stand alone; models of the command line come to those of the file. */
function configOf(file: string, options: RulesTestOptions): Config {
  const given = [
    ...options.models.map((model, at) => ({ name: `model-${at + 1}`, ...model })),
    ...(options.detector === undefined ? [] : [{ name: detectorName, path: options.detector }]),
    ...(options.pose === undefined ? [] : [{ name: poseName, path: options.pose }]),
  ]
  const content = plainValue(
    readYaml(readConfigText(file, 'name one with rules, or a configuration'), file),
    file,
  )
  if (typeof content === 'object' && content !== null && 'version' in content) {
    const whole = loadConfigToRead(file)
    const added = parseConfig(JSON.stringify({ version: 1, models: given }), { file: 'command line' }).models
    return { ...whole, models: [...whole.models, ...added] }
  }
  const alone = {
    version: 1,
    cameras: [{ id: cameraId, url: options.video }],
    models: given,
    behaviours: content,
  }
  return parseConfig(JSON.stringify(alone), { file, env: {} })
}

function cameraOf(config: Config, file: string, named: RulesTestOptions): CameraConfig {
  const id = named.camera
  const found = id === undefined ? config.cameras[0] : config.cameras.find((camera) => camera.id === id)
  if (found) return named.pose === undefined ? found : withPose(found)
  const there = config.cameras.map((camera) => camera.id).join(', ') || 'none'
  throw new AppError('API_BAD_REQUEST', `--camera ${id ?? ''}: ${file} has the cameras: ${there}`)
}

/** The camera with the pose model of the command line. */
function withPose({ models, pose, ...camera }: CameraConfig): CameraConfig {
  return {
    ...camera,
    ...(models && { models: [...models, poseName] }),
    pose: { people: defaultPeople, ...pose, model: poseName },
  }
}

function planOf(
  facts: CameraFacts,
  asked: { detectFps: number | undefined; detectTiles: string | undefined; named: boolean },
): DetectorPlan {
  const { detectFps, detectTiles, named } = asked
  const frames = presentFields({ detectFps, detectTiles })
  if (named) return modelPlan(detectorName, facts, frames)
  return chooseDetector({ ...facts, camera: { ...facts.camera, ...frames } }) ?? motionPlan(detectFps)
}

/** Names rules and detector in events, wherever the files lie. */
function hashOf(config: Config, { name, version, spec }: DetectorPlan, pose: PosePlan | null): string {
  const models = config.models.map((model) => [
    model.name,
    model.registry ?? basename(model.path ?? ''),
    model.scope,
  ])
  return createHash('sha256')
    .update(
      canonicalJson([config.behaviours, config.cameras.map(({ zones, lines }) => [zones, lines]), models]),
    )
    .update(canonicalJson([name, version, spec, ...(pose ? [pose] : [])]))
    .digest('hex')
    .slice(0, 12)
}
