import type { Paired } from './bootstrap.ts'
import { isRight } from './confusion.ts'

export interface McNemar {
  /** Items that only the challenger has right. */
  readonly fixed: number
  /** Items that only the champion has right. */
  readonly broken: number
  /** Two-sided, exact. */
  readonly pValue: number
}

/**
 * McNemar's exact test (1947): among the items that one model has right and the other wrong, is either more often the
 * right one than a fair coin would be? Takes items as independent, unlike the bootstrap by group.
 */
export function mcNemar({ champion, challenger }: Paired): McNemar {
  let [fixed, broken] = [0, 0]
  champion.forEach((before, index) => {
    const [was, is] = [isRight(before), isRight(challenger[index]!)]
    if (is && !was) fixed += 1
    if (was && !is) broken += 1
  })
  return { fixed, broken, pValue: signTest(fixed, broken) }
}

/** P(a split of a + b fair tosses at least as uneven). */
export function signTest(a: number, b: number): number {
  const count = a + b
  // Terms C(n, k) / 2^n in logarithms: 2^-n is 0 in double precision from n = 1075 on.
  let term = -count * Math.LN2
  let sum = 0
  for (let k = 0; k <= Math.min(a, b); k += 1) {
    sum += Math.exp(term)
    term += Math.log(count - k) - Math.log(k + 1)
  }
  return Math.min(1, 2 * sum)
}
