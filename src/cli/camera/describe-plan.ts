import type { TimeWindow } from '../../config/schema/behaviour-schema.ts'
import { cleanLine } from '../../core/text/clean-text.ts'
import type { ShownPlan } from './shown-plan.ts'

/** The plan of one camera for people: from the address to what is kept, a line for each part. */
export function describePlan(plan: ShownPlan): string[] {
  const lines = [`camera ${plan.camera}: ${plan.url}${plan.mainUrl === null ? '' : `, and ${plan.mainUrl}`}`]
  const add = (part: string, texts: readonly string[], none: string) => {
    for (const [at, text] of (texts.length > 0 ? texts : [none]).entries())
      lines.push(`  ${(at === 0 ? part : '').padEnd(12)}${cleanLine(text)}`)
  }
  const { detector, pose, motion, recording, sampling, schedule } = plan
  add('decodes', streamLines(plan), 'no frames')
  add(
    'motion gate',
    [motion.enabled ? `over ${motion.threshold}, held ${seconds(motion.holdMs)}` : 'off'],
    '',
  )
  add('models', plan.models.map(modelLine), 'none')
  add(
    'fuses',
    plan.fusions.map(({ label, models }) => `${label} of ${models.join(', ')}`),
    'nothing',
  )
  const people = detector
    ? `${detector.name} ${detector.version} on ${detector.stream}, sure from ${detector.highScore}`
    : plan.lacksDetector
      ? 'none: its rules about tracks find nothing'
      : 'none: no rule needs tracks'
  add('detector', [people], '')
  add(
    'pose',
    pose ? [`${pose.model} on ${pose.stream}, at most ${pose.mostPeople} people`] : [],
    poseOf(plan),
  )
  add('alerts', plan.alertRules.map(ruleLine), 'no rules about scores')
  add('behaviours', plan.behaviours.map(behaviourLine), 'none')
  add(
    'places',
    [...plan.zones.map((name) => `zone ${name}`), ...plan.lines.map((name) => `line ${name}`)],
    'none',
  )
  add('armed', [windows(schedule.armed) ?? 'always'], '')
  if (schedule.disarmed) add('disarmed', [windows(schedule.disarmed)!], '')
  add('records', recordLines(recording), 'nothing')
  const quotas = Object.entries(sampling.perHour).map(([reason, most]) => `${reason} ${most}`)
  add('samples', sampling.enabled && recording.clips ? [`per hour: ${quotas.join(', ')}`] : [], 'nothing')
  return lines
}

function streamLines({ streams, sound }: ShownPlan): string[] {
  const frames = streams.map(
    ({ widthPx, heightPx, sampleFps, fit = 'stretch', for: users }) =>
      `${widthPx}×${heightPx} at ${sampleFps} fps, ${fit}, for ${users.join(', ')}`,
  )
  return sound ? [...frames, 'sound'] : frames
}

function modelLine(model: ShownPlan['models'][number]): string {
  const { name, version, kind, scope, frames, strideFrames, everyMs, stream } = model
  const [parts, source] =
    kind === 'audio' ? ['samples', 'sound'] : kind === 'skeleton' ? ['moments', 'keypoints'] : ['frames', '']
  const window = `${frames} ${parts}, every ${strideFrames} (${everyMs} ms)`
  return `${name} ${version}, ${kind}, ${scope}: ${window}, ${stream ?? source}`
}

function ruleLine(rule: ShownPlan['alertRules'][number]): string {
  const { name, label, modelName, onThreshold, offThreshold, minDurationMs, cooldownMs, severity } = rule
  const times = `for ${seconds(minDurationMs)}, then ${seconds(cooldownMs)} apart`
  const of = modelName === null ? '' : ` of ${modelName}`
  return `${name}: ${label}${of} from ${onThreshold}, until under ${offThreshold}, ${times}, ${severity}`
}

function behaviourLine({ name, severity, armed, disarmed }: ShownPlan['behaviours'][number]): string {
  const times = [armed && `armed ${windows(armed)}`, disarmed && `disarmed ${windows(disarmed)}`]
  return [name, severity, ...times].filter((part) => part !== undefined).join(', ')
}

const poseOf = ({ detector }: ShownPlan) => (detector?.findsKeypoints ? 'told by the detector' : 'none')

function recordLines({
  clips,
  preRollMs,
  postRollMs,
  continuous,
  segmentMs,
  from,
}: ShownPlan['recording']): string[] {
  if (from === null) return []
  return [
    ...(clips
      ? [`clips of ${from}, ${seconds(preRollMs)} before to ${seconds(postRollMs)} after an alert`]
      : []),
    ...(continuous ? [`everything of ${from}, segments of ${seconds(segmentMs)}`] : []),
  ]
}

function windows(all: readonly TimeWindow[] | null): string | null {
  if (!all) return null
  return all
    .map(({ days, from = '00:00', to = '24:00' }) => `${days ? `${days.join(' ')} ` : ''}${from}–${to}`)
    .join(', ')
}

const seconds = (ms: number) => `${ms / 1000} s`
