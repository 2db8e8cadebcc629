import type { GateReason } from './gate-reason.ts'
import type { GateRules } from './gate-rules.ts'

/** How well an action that no labelled footage shows is still recognised, on footage of it from elsewhere. */
export interface KnownAction {
  readonly label: string
  readonly windows: number
  /** Shares that are right, 0–1. */
  readonly before: number
  readonly now: number
  /** Windows of which one version is right and the other one wrong. */
  readonly changed: number
}

const points = (value: number) => (value * 100).toFixed(1)

/** One side of a 90 % interval. */
const deviations = 1.64

/**
 * Nothing known may be forgotten: the mean over the actions may fall by `maxClassLoss` at most, and no action by more than
 * that beyond chance, since each is judged by few windows. Nothing is said where nothing was measured.
 */
export function knownReasons(rules: GateRules, known: readonly KnownAction[]): GateReason[] {
  const judged = known.filter(({ windows }) => windows >= rules.minClassItems)
  if (judged.length === 0) return []
  const loss = (each: KnownAction) => each.before - each.now
  const mean = judged.reduce((sum, each) => sum + loss(each), 0) / judged.length
  const surely = (each: KnownAction) => loss(each) - (deviations * Math.sqrt(each.changed)) / each.windows
  const worst = judged.toSorted((a, b) => surely(b) - surely(a))[0]!
  const { maxClassLoss: limit } = rules
  const holds = mean <= limit + 1e-9 && surely(worst) <= limit + 1e-9
  return [
    {
      rule: 'known',
      measured: mean,
      limit,
      holds,
      text:
        `Of ${judged.length} actions that it knew, ${points(judged.reduce((sum, { now }) => sum + now, 0) / judged.length)} % are recognised on simulated people against ${points(judged.reduce((sum, { before }) => sum + before, 0) / judged.length)} % before; ` +
        `${loss(worst) > 0 ? `${worst.label} loses most, ${points(loss(worst))} points, at least ${points(Math.max(0, surely(worst)))} beyond chance` : 'none loses'}. ${points(limit)} points are tolerated.`,
    },
  ]
}
