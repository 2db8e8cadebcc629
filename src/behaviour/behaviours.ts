import {
  type BehaviourProblem,
  listOf,
  posturePaths,
  referenceProblems,
} from '../config/behaviour-references.ts'
import {
  type BehaviourRule,
  type BehavioursConfig,
  type Condition,
  durationMs,
  type Line,
  type TimeWindow,
  type Zone,
} from '../config/behaviour-schema.ts'
import { pathText } from '../config/path-text.ts'
import type { Track } from '../core/detection.ts'
import { AppError } from '../core/errors.ts'
import { createCompiler } from './compile-condition.ts'
import type { StepView } from './condition-node.ts'
import { type ExpandedRule, expandRule } from './expand-rule.ts'
import { type BehaviourFinding, createRuleFindings } from './rule-findings.ts'
import { type ActionScore, createScoreMemory } from './score-memory.ts'
import { createTrackMemory } from './track-memory.ts'
import { compileSchedule, createWeekClock } from './week-clock.ts'

export interface BehaviourOptions {
  readonly rules: readonly BehaviourRule[]
  readonly zones: readonly Zone[]
  readonly lines: readonly Line[]
  readonly cameraId: string
  /** IANA time zone of times of day. */
  readonly timeZone: string
  /** Windows for all rules; see `armed` of a rule. */
  readonly armed?: readonly TimeWindow[] | undefined
  readonly disarmed?: readonly TimeWindow[] | undefined
  /** Labels of the detector and of the models; where given, rules may name no others. */
  readonly labels?: readonly string[] | undefined
  readonly actions?: readonly string[] | undefined
  /** Whether a pose model watches the camera; where it is known that none does, no rule of it may ask for a posture. */
  readonly poses?: boolean | undefined
  /** Most tracks that are remembered at once. */
  readonly maxTracks?: number
  /** A track was left out or forgotten early because there were more than `maxTracks`. */
  readonly onDrop?: (reason: 'too_many_tracks') => void
}

export interface BehaviourInput {
  readonly ptsUs: number
  /** Wall clock of the frame, milliseconds since the Unix epoch. */
  readonly timeMs: number
  readonly widthPx: number
  readonly heightPx: number
  /** All tracks of the frame; boxes in its pixels. */
  readonly tracks: readonly Track[]
  /** Scores that came since the step before. */
  readonly actions: readonly ActionScore[]
  /** Anomaly score of the scene, 0–1, when one came. */
  readonly anomaly?: number | undefined
}

export interface Behaviours {
  /** Names of the rules that run on this camera. */
  readonly rules: readonly string[]
  /**
   * The next frame; returns what began, changed or ended. A PTS that went back counts as a `reset` before it: what
   * was open ends.
   */
  step(input: BehaviourInput): readonly BehaviourFinding[]
  /** Forgets all tracks and times, as after a reconnect; returns the ends of what was open. */
  reset(): readonly BehaviourFinding[]
}

const defaults = { hold: '2s', clear: '2s', cooldown: '30s', parked: '30m' } as const
const defaultMaxTracks = 256

/**
 * Rules over tracks, compiled for one camera. Pure and deterministic: time comes from the input only, and the same
 * inputs give the same findings. Memory is bounded by `maxTracks` and the rules.
 *
 * A rule runs where the camera has all zones and lines that it names.
 *
 * @throws AppError CONFIG_INVALID naming every rule, zone, line, label or preset that is wrong.
 */
export function createBehaviours(options: BehaviourOptions): Behaviours {
  const { cameraId, maxTracks = defaultMaxTracks } = options
  const zones = options.zones.filter((zone) => isOn(zone, cameraId))
  const lines = options.lines.filter((line) => isOn(line, cameraId))
  const rules = expandRules(options).filter(
    (rule) => rule.enabled !== false && isOn(rule, cameraId) && hasItsPlaces(rule.when, zones, lines),
  )
  if (options.poses === false) refusePostures(rules, cameraId, options.rules)
  const holds = rules.map((rule) => microseconds(rule.hold, defaults.hold))
  const scores = createScoreMemory(maxTracks)
  const memory = createTrackMemory({
    capacity: maxTracks,
    keepUs: Math.max(0, ...holds),
    onForget(record) {
      scores.forget(record.slot)
      for (const findings of running) findings.forget(record)
      for (const node of compiler.nodes) node.forget(record.slot)
    },
    onDrop: () => options.onDrop?.('too_many_tracks'),
  })
  const compiler = createCompiler({ capacity: maxTracks, memory, scores, zones, lines })
  let found: BehaviourFinding[] = []
  const always = compileSchedule(options)
  const running = rules.map((rule, at) => {
    const own = compileSchedule(rule)
    return createRuleFindings(
      {
        name: rule.name,
        severity: rule.severity ?? 'warning',
        condition: compiler.compile(rule.when, holds[at]!),
        clearUs: microseconds(rule.clear, defaults.clear),
        cooldownUs: microseconds(rule.cooldown, defaults.cooldown),
        parkedUs: microseconds(rule.parked, defaults.parked),
        group: rule.group ?? 'zone',
        armed: (moment) => always(moment) && own(moment),
      },
      { cameraId, capacity: maxTracks, emit: (finding) => found.push(finding) },
    )
  })
  const weekClock = createWeekClock(options.timeZone)
  const view: StepView = {
    ptsUs: Number.NEGATIVE_INFINITY,
    moment: { day: 0, minute: 0 },
    widthPx: 1,
    heightPx: 1,
    anomaly: null,
    memory,
  }
  const take = () => {
    const taken = found
    found = []
    return taken
  }
  const forgetAll = () => {
    for (const findings of running) findings.reset()
    memory.clear()
    scores.clear()
    for (const node of compiler.nodes) node.reset()
    view.ptsUs = Number.NEGATIVE_INFINITY
  }

  return {
    rules: rules.map((rule) => rule.name),
    step(input) {
      if (input.ptsUs < view.ptsUs) forgetAll()
      view.ptsUs = input.ptsUs
      view.moment = weekClock(input.timeMs)
      view.widthPx = input.widthPx
      view.heightPx = input.heightPx
      view.anomaly = input.anomaly ?? null
      memory.update(input.tracks, input.ptsUs)
      scores.update(input.actions, input.ptsUs, (id) => memory.find(id)?.slot)
      for (const node of compiler.nodes) node.step(view)
      for (const findings of running) findings.step(view)
      return take()
    },
    reset() {
      forgetAll()
      return take()
    },
  }
}

function expandRules(options: BehaviourOptions): ExpandedRule[] {
  const problems: BehaviourProblem[] = []
  const rules = options.rules.flatMap((rule, at) => {
    const expanded = expandRule(rule, ['rules', at], options.actions)
    if ('rule' in expanded) return [expanded.rule]
    problems.push(...expanded.problems)
    return []
  })
  const config: Pick<BehavioursConfig, 'zones' | 'lines' | 'rules'> = {
    zones: [...options.zones],
    lines: [...options.lines],
    // Problems are told under the index that the rule has in the file.
    rules: options.rules.map((rule) => rules.find((one) => one.name === rule.name) ?? rule),
  }
  for (const problem of referenceProblems(config, { labels: options.labels, actions: options.actions })) {
    const rule = options.rules[problem.path[0] === 'rules' ? Number(problem.path[1]) : -1]
    const inPreset = rule?.preset !== undefined && problem.path[2] === 'when'
    // A wrong parameter of a preset is told where it is written, once.
    if (inPreset && problems.some((other) => other.message === problem.message)) continue
    problems.push(inPreset ? { ...problem, path: [...problem.path.slice(0, 2), 'with'] } : problem)
  }
  if (problems.length > 0) throw refusal(problems)
  return rules
}

function refusePostures(
  rules: readonly ExpandedRule[],
  cameraId: string,
  written: readonly BehaviourRule[],
): void {
  const problems = rules.flatMap((rule): BehaviourProblem[] =>
    posturePaths(rule.when).map((path) => ({
      path: ['rules', written.findIndex(({ name }) => name === rule.name), 'when', ...path],
      message: `no pose model watches camera "${cameraId}"; add a bundle of kind pose to its models, or leave the camera out of the rule (cameras)`,
    })),
  )
  if (problems.length > 0) throw refusal(problems)
}

function refusal(problems: readonly BehaviourProblem[]): AppError {
  return new AppError(
    'CONFIG_INVALID',
    problems.map((problem) => `${pathText(problem.path)}: ${problem.message}`).join('\n'),
    { details: { problems } },
  )
}

function isOn(one: { cameras?: readonly string[] | undefined }, cameraId: string): boolean {
  return !one.cameras || one.cameras.includes(cameraId)
}

function hasItsPlaces(condition: Condition, zones: readonly Zone[], lines: readonly Line[]): boolean {
  const parts = [...(condition.all ?? []), ...(condition.any ?? []), ...(condition.then ?? [])]
  for (const part of [condition.not, condition.near?.that, condition.count?.of]) if (part) parts.push(part)
  return (
    listOf(condition.inZone).every((name) => zones.some((zone) => zone.name === name)) &&
    (!condition.crosses || lines.some((line) => line.name === condition.crosses!.line)) &&
    parts.every((part) => hasItsPlaces(part, zones, lines))
  )
}

function microseconds(text: string | undefined, byDefault: string): number {
  return durationMs(text ?? byDefault) * 1000
}
