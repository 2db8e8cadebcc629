import {
  type BehaviourProblem,
  listOf,
  posturePaths,
  referenceProblems,
} from '../config/check/behaviour-references.ts'
import { pathText } from '../config/path-text.ts'
import type {
  BehaviourRule,
  BehavioursConfig,
  Condition,
  Line,
  TimeWindow,
  Zone,
} from '../config/schema/behaviour-schema.ts'
import { AppError } from '../core/errors.ts'
import { presentFields } from '../core/present-fields.ts'
import { type ExpandedRule, expandRule } from './expand-rule.ts'

/** What the behaviours of a camera are made from: plain data. */
export interface BehaviourFacts {
  readonly rules: readonly BehaviourRule[]
  readonly zones: readonly Zone[]
  readonly lines: readonly Line[]
  readonly cameraId: string
  /** IANA time zone of times of day. */
  readonly timeZone: string
  /** Windows for all rules; see `armed` of a rule. */
  readonly armed?: readonly TimeWindow[]
  readonly disarmed?: readonly TimeWindow[]
  /** Labels of the detector and of the models; where given, rules may name no others. */
  readonly labels?: readonly string[]
  readonly actions?: readonly string[]
  /** Whether a pose model watches the camera; where it is known that none does, no rule of it may ask for a posture. */
  readonly poses?: boolean
}

/** The rules that run on one camera, presets written out, and the places that they may name. */
export interface BehaviourRules {
  readonly rules: readonly ExpandedRule[]
  readonly zones: readonly Zone[]
  readonly lines: readonly Line[]
}

/**
 * The rules of a camera: those that are enabled on it and whose zones and lines it has.
 *
 * @throws AppError CONFIG_INVALID naming every rule, zone, line, label or preset that is wrong.
 */
export function behaviourRules(options: BehaviourFacts): BehaviourRules {
  const { cameraId } = options
  const zones = options.zones.filter((zone) => isOn(zone, cameraId))
  const lines = options.lines.filter((line) => isOn(line, cameraId))
  const rules = expandRules(options).filter(
    (rule) => rule.enabled !== false && isOn(rule, cameraId) && hasItsPlaces(rule.when, zones, lines),
  )
  if (options.poses === false) refusePostures(rules, cameraId, options.rules)
  return { rules, zones, lines }
}

function expandRules(options: BehaviourFacts): ExpandedRule[] {
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
  for (const problem of referenceProblems(
    config,
    presentFields({ labels: options.labels, actions: options.actions }),
  )) {
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

function isOn(one: { cameras?: readonly string[] }, cameraId: string): boolean {
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
