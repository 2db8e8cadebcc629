import type { Judged } from './learning-types.ts'

type Difference = Judged['macroF1']

/** The reach of a bar that shows an interval of a difference, with nothing in its middle. */
export function reachOf(differences: readonly Pick<Difference, 'low' | 'high'>[]): number {
  const most = Math.max(0.02, ...differences.flatMap(({ low, high }) => [Math.abs(low), Math.abs(high)]))
  return Math.ceil(most * 20) / 20
}

/** Where a difference stands on that bar: 0 to 100. */
export function placeOf(difference: number, reach: number): number {
  return 50 + (50 * Math.min(reach, Math.max(-reach, difference))) / reach
}

/** What an interval means. */
export function meaningOf({ low, high }: Pick<Difference, 'low' | 'high'>): 'better' | 'worse' | 'unsure' {
  return low > 0 ? 'better' : high < 0 ? 'worse' : 'unsure'
}
