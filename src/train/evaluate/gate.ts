import { manyGroups } from './bootstrap.ts'
import type { Comparison } from './compare-models.ts'
import { type KnownAction, knownReasons } from './gate-known.ts'
import type { GateReason } from './gate-reason.ts'
import type { GateRules } from './gate-rules.ts'
import type { Leak } from './split-by-group.ts'

export interface GateDecision {
  /** Whether every rule holds. */
  readonly promote: boolean
  readonly reasons: readonly GateReason[]
}

const points = (value: number) => `${(value * 100).toFixed(1)}`
const signed = (value: number) => `${value >= 0 ? '+' : '−'}${points(Math.abs(value))}`

/**
 * Decides whether the challenger may replace the champion. A leak of the hold-out always refuses; a difference that
 * could be chance refuses unless the rules say otherwise.
 *
 * @param leaks of the split whose test side was evaluated, from findLeaks.
 * @param lostLabels labels that the champion alerts on and the challenger does not know.
 * @param first there is no live version yet: the champion is guessing, and there is nothing to lose. Then every label
 *   must have been recognised at least once.
 * @param known how well is still recognised what the labelled footage may not show.
 * @param crossValidated test items that were judged by models that learned from the others.
 */
export function gate(options: {
  rules: GateRules
  comparison: Comparison
  leaks: readonly Leak[]
  lostLabels?: readonly string[]
  first?: boolean
  crossValidated?: number
  known?: readonly KnownAction[]
}): GateDecision {
  const reasons = [
    ...firstReasons(options),
    leakReason(options.leaks),
    ...labelReasons(options),
    ...sizeReasons(options),
    ...figureReasons(options),
    options.first ? foundReason(options) : classReason(options),
    ...knownReasons(options.rules, options.known ?? []),
    falseAlarmReason(options),
    latencyReason(options),
  ]
  return { promote: reasons.every(({ holds }) => holds), reasons }
}

interface Measured {
  readonly rules: GateRules
  readonly comparison: Comparison
}

function leakReason(leaks: readonly Leak[]): GateReason {
  const names = leaks.slice(0, 3).map(({ kind, name, sides }) => `${kind} ${name} (${sides.join(' and ')})`)
  const more = leaks.length > 3 ? ` and ${leaks.length - 3} more` : ''
  return {
    rule: 'leak',
    measured: leaks.length,
    limit: 0,
    holds: leaks.length === 0,
    text:
      leaks.length === 0
        ? 'No group and no item of the hold-out was trained on.'
        : `The hold-out leaks, its figures mean nothing: ${names.join(', ')}${more}.`,
  }
}

/** Nothing is said where nothing is lost. */
function labelReasons(options: { rules: GateRules; lostLabels?: readonly string[] }): GateReason[] {
  const { rules, lostLabels = [] } = options
  if (lostLabels.length === 0) return []
  const { allowLostLabels } = rules
  return [
    {
      rule: 'labels',
      measured: lostLabels.length,
      limit: allowLostLabels ? null : 0,
      holds: allowLostLabels,
      text:
        `The live version alerts on ${lostLabels.join(', ')}, the new one does not know of it: ` +
        `${allowLostLabels ? 'allowLostLabels is set' : 'label footage of it, or set allowLostLabels'}.`,
    },
  ]
}

/** Holds always: it says what the others measure. */
function firstReasons({
  first = false,
  comparison,
}: { first?: boolean } & Pick<Measured, 'comparison'>): GateReason[] {
  if (!first) return []
  const text = `There is no live version yet: a first one has to be better than ${comparison.champion.name}.`
  return [{ rule: 'first', measured: null, limit: null, holds: true, text }]
}

function sizeReasons(options: Measured & { crossValidated?: number }): GateReason[] {
  const { rules, comparison, crossValidated = 0 } = options
  const { items, groups } = comparison.challenger.evaluation
  const how = crossValidated > 0 ? `, ${crossValidated} of them by cross-validation` : ''
  const reason = (rule: 'items' | 'groups', measured: number, limit: number | null): GateReason => {
    const asked = limit === null ? wider(groups) : `; at least ${limit} are asked for`
    const text = `${measured} test ${rule}${rule === 'items' ? how : ''}${asked}.`
    return { rule, measured, limit, holds: limit === null || measured >= limit, text }
  }
  return [reason('items', items, rules.minItems), reason('groups', groups, rules.minGroups)]
}

const wider = (groups: number) => (groups < manyGroups ? '; the interval is wider for so few' : '')

/** Of a first version: a label that was never recognised was not learned. */
function foundReason({ comparison }: Measured): GateReason {
  const { perClass } = comparison.challenger.evaluation
  const missed = perClass.filter(({ support, recall }) => support > 0 && !((recall ?? 0) > 0))
  const names = missed.map(({ label, support }) => `${label} (${support})`).join(', ')
  return {
    rule: 'classes',
    measured: missed.length,
    limit: 0,
    holds: missed.length === 0,
    text:
      missed.length === 0
        ? 'Every label was recognised in some of its clips.'
        : `Never recognised in any of its clips: ${names}; label more of it, or merge it with what it is taken for.`,
  }
}

function figureReasons({ rules, comparison }: Measured): GateReason[] {
  const { metric, minImprovement, requireSignificance, toleratedLoss, minFigure } = rules
  const { champion, challenger, difference, low, high, confidence } = comparison[metric]
  const name = metric === 'macroF1' ? 'Macro F1' : 'Accuracy'
  const interval = `${points(confidence)} % interval ${signed(low)} to ${signed(high)} points`
  const limit = requireSignificance ? 0 : -toleratedLoss
  const significant = requireSignificance ? low > limit : low >= limit
  const { fixed, broken, pValue } = comparison.mcNemar
  const counts = `${fixed} clips fixed, ${broken} broken, McNemar p = ${pValue.toPrecision(2)}`
  return [
    {
      rule: 'improvement',
      measured: difference,
      limit: minImprovement,
      // Differences of fractions come out a rounding error beside a limit that they equal.
      holds: difference >= minImprovement - 1e-9,
      text:
        `${name} ${points(challenger)} against ${points(champion)} of ${comparison.champion.name}: ` +
        `${signed(difference)} points; at least ${signed(minImprovement)} are asked for.`,
    },
    {
      rule: 'significance',
      measured: low,
      limit,
      holds: significant,
      text: requireSignificance
        ? `${significant ? 'The difference is not chance' : 'The difference may be chance'}: ${interval} (${counts}).`
        : `The lower end may be ${signed(limit)} points: ${interval} (${counts}).`,
    },
    {
      rule: 'figure',
      measured: challenger,
      limit: minFigure,
      holds: challenger >= minFigure,
      text: `${name} is ${points(challenger)}; at least ${points(minFigure)} is asked for.`,
    },
  ]
}

function classReason({
  rules,
  comparison,
  known = [],
}: Measured & { known?: readonly KnownAction[] }): GateReason {
  const { maxClassLoss, minClassItems } = rules
  const before = comparison.champion.evaluation.perClass
  const losses = comparison.challenger.evaluation.perClass.flatMap(({ label, support, f1 }, index) =>
    support < minClassItems ? [] : [{ label, loss: (before[index]!.f1 ?? 0) - (f1 ?? 0) }],
  )
  const worst = losses.toSorted((a, b) => b.loss - a.loss)[0]
  if (!worst)
    return {
      rule: 'classes',
      measured: null,
      limit: maxClassLoss,
      // What it knew is judged by a rule of its own.
      holds: known.length > 0,
      text: `No label has ${minClassItems} test items: ${known.length > 0 ? 'what was known is judged on simulated people' : 'what each label loses is not known'}.`,
    }
  const few = before.length - losses.length
  return {
    rule: 'classes',
    measured: worst.loss,
    limit: maxClassLoss,
    holds: worst.loss <= maxClassLoss + 1e-9,
    text:
      (worst.loss > 0
        ? `${worst.label} loses most, ${points(worst.loss)} points of F1; `
        : 'No label loses F1; ') +
      `${points(maxClassLoss)} are tolerated${few > 0 ? `. ${few} label(s) with under ${minClassItems} items left out` : ''}.`,
  }
}

function falseAlarmReason({ rules, comparison }: Measured): GateReason {
  const { maxFalseAlarmIncrease, maxFalseAlarms } = rules
  const now = comparison.challenger.evaluation.falseAlarms?.perCameraDay ?? null
  const before = comparison.champion.evaluation.falseAlarms?.perCameraDay ?? null
  const limits = [before === null ? null : before + maxFalseAlarmIncrease, maxFalseAlarms]
  return limitReason({ rule: 'false-alarms', name: 'False alarms per camera-day', now, before, limits })
}

/** Of a model that takes less than a millisecond every tenth is chance. */
const noiseMs = 0.5

function latencyReason({ rules, comparison }: Measured): GateReason {
  const { maxLatencyIncrease, maxLatencyMs } = rules
  const now = comparison.challenger.evaluation.latency?.p95Ms ?? null
  const before = comparison.champion.evaluation.latency?.p95Ms ?? null
  const allowed = (was: number) => Math.max(was * (1 + maxLatencyIncrease), was + noiseMs)
  const limits = [before === null ? null : allowed(before), maxLatencyMs]
  return limitReason({ rule: 'latency', name: 'Latency (p95, ms)', now, before, limits })
}

/** A figure that must not be above any of the limits; where there is a limit it must have been measured. */
function limitReason(options: {
  rule: 'false-alarms' | 'latency'
  name: string
  now: number | null
  before: number | null
  limits: readonly (number | null)[]
}): GateReason {
  const { rule, name, now, before } = options
  const given = options.limits.filter((limit) => limit !== null)
  const limit = given.length === 0 ? null : Math.min(...given)
  const holds = limit === null || (now !== null && now <= limit + 1e-9)
  const figure = now === null ? 'not measured' : now.toFixed(2)
  const against = before === null ? '' : ` against ${before.toFixed(2)}`
  const allowed = limit === null ? 'no limit to hold it to' : `at most ${limit.toFixed(2)} is allowed`
  return { rule, measured: now, limit, holds, text: `${name}: ${figure}${against}; ${allowed}.` }
}
