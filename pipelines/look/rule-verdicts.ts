import type { AlertRule } from '../../src/alert/alert-rule.ts'
import type { Scores } from '../../src/core/clip.ts'

/** What one rule about scores made of what a camera showed. */
export interface RuleVerdict {
  readonly rule: string
  readonly label: string
  readonly onThreshold: number
  readonly minDurationMs: number
  /** Scores of its label that it looked at. */
  readonly looks: number
  readonly highest: number | null
  /** Longest time that it was over its threshold, ms of the video; null: never. */
  readonly overMs: number | null
  readonly alerts: number
  /** Why it did not alert; null: it did. */
  readonly why: string | null
}

interface Followed {
  readonly rule: AlertRule
  looks: number
  highest: number | null
  /** Where the score went over the threshold, by model and track. */
  readonly since: Map<string, { epoch: number; firstPtsUs: number }>
  overMs: number | null
  alerts: number
}

/** Follows scores as the alerts of a camera do, and says in the end of each rule how near it came. */
export function createRuleVerdicts(rules: readonly AlertRule[]) {
  const followed = rules.map(
    (rule): Followed => ({ rule, looks: 0, highest: null, since: new Map(), overMs: null, alerts: 0 }),
  )
  return {
    scores(scores: Scores): void {
      for (const one of followed) look(one, scores)
    },
    /** Nothing moves on what a model sees: that counts as a score of 0. */
    quiet(modelName: string): void {
      for (const { since } of followed)
        for (const key of since.keys()) if (key.startsWith(`${modelName}\n`)) since.delete(key)
    },
    alerted(ruleName: string): void {
      for (const one of followed) if (one.rule.name === ruleName) one.alerts += 1
    },
    /** @param seen what else is known: whether alerts are wanted now, and drops in words */
    verdicts(seen: { armed: boolean; drops: string }): RuleVerdict[] {
      return followed.map((one) => {
        const { rule, looks, highest, overMs, alerts } = one
        const { name, label, onThreshold, minDurationMs } = rule
        const why = alerts > 0 ? null : whyNot(one, seen)
        return { rule: name, label, onThreshold, minDurationMs, looks, highest, overMs, alerts, why }
      })
    },
  }
}

function look(one: Followed, { modelName, trackId = '', labels, values, epoch, ...at }: Scores): void {
  const { rule, since } = one
  const score = values[labels.indexOf(rule.label)]
  if (score === undefined || (rule.modelName !== null && rule.modelName !== modelName)) return
  one.looks += 1
  one.highest = Math.max(one.highest ?? 0, score)
  const key = `${modelName}\n${trackId}`
  const before = since.get(key)
  const begun = before?.epoch === epoch ? before : undefined
  if (score < rule.offThreshold || (!begun && score < rule.onThreshold)) {
    since.delete(key)
    return
  }
  const { firstPtsUs } = begun ?? at
  since.set(key, { epoch, firstPtsUs })
  one.overMs = Math.max(one.overMs ?? 0, (at.lastPtsUs - firstPtsUs) / 1000)
}

function whyNot({ rule, looks, highest, overMs }: Followed, seen: { armed: boolean; drops: string }): string {
  const { onThreshold, minDurationMs } = rule
  if (!seen.armed) return 'its schedule wants no alerts now'
  if (looks === 0 || highest === null) return `no clip was scored${seen.drops && ` (dropped: ${seen.drops})`}`
  if (overMs === null) return `its highest score was ${highest.toFixed(3)}, asked is ${onThreshold}`
  if (overMs < minDurationMs)
    return `it was over ${onThreshold} for ${overMs / 1000} s at most, asked are ${minDurationMs / 1000} s`
  return 'its score was high enough, but it was not its turn: fused with others, or in its pause after an alert'
}
